// The entries of a Bundle: their addresses, and what a document may hold.
// https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl · https://hl7.org/fhir/R4/documents.html#content
import t from 'tap';
import { own, said } from './define.ts';

const validator = own();
const base = 'https://example.org/fhir';
const patient = { resourceType: 'Patient', id: 'p' };
const bundle = (type: string, ...entry: object[]) => ({ resourceType: 'Bundle', type, entry });

t.test('a fullUrl is absolute', async (t) => {
  const found = (fullUrl: string) => said(validator, bundle('collection', { fullUrl, resource: patient }));
  t.strictSame(found('Patient/p'), [
    'Bundle.entry[0].fullUrl must be an absolute URL, or a urn:uuid: of its own.',
  ]);
  for (const fullUrl of [
    `${base}/Patient/p`,
    'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
    'https://example.org/x',
  ])
    t.strictSame(found(fullUrl), [], fullUrl);
});

t.test('a fullUrl that names a resource names that of the entry', async (t) => {
  const found = (fullUrl: string, resource: object, type = 'collection') =>
    said(
      validator,
      bundle(type, {
        fullUrl,
        resource,
        ...(type === 'transaction' && { request: { method: 'POST', url: 'Patient' } }),
      }),
    );
  t.strictSame(found(`${base}/Patient/q`, patient), [
    'Bundle.entry[0].fullUrl must end with Patient/p, which is the resource of the entry.',
  ]);
  t.strictSame(found(`${base}/Person/p`, patient), [
    'Bundle.entry[0].fullUrl must end with Patient/p, which is the resource of the entry.',
  ]);
  t.strictSame(found(`${base}/Patient/p`, { resourceType: 'Patient' }), [
    'Bundle.entry[0].fullUrl names the id p, which the resource of the entry must have.',
  ]);
  t.strictSame(
    found(`${base}/Patient/p`, { resourceType: 'Patient' }, 'transaction'),
    [],
    'the server gives it one',
  );
});

const composition = {
  resourceType: 'Composition',
  id: 'c',
  status: 'final',
  type: { text: 'x' },
  date: '2026-01-01',
  title: 'x',
  subject: { reference: 'Patient/p' },
  author: [{ reference: `${base}/Practitioner/a` }],
};
const author = { resourceType: 'Practitioner', id: 'a' };
const document = (...resources: { resourceType: string; id: string }[]) => ({
  ...bundle(
    'document',
    ...resources.map((resource) => ({
      fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
      resource,
    })),
  ),
  identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' },
  timestamp: '2026-01-01T00:00:00Z',
});

t.test('a document holds what its Composition leads to, and what leads to that', async (t) => {
  const provenance = {
    resourceType: 'Provenance',
    id: 'v',
    target: [{ reference: 'Patient/p' }],
    recorded: '2026-01-01T00:00:00Z',
    agent: [{ who: { reference: 'Practitioner/a' } }],
  };
  const stylesheet = { resourceType: 'Binary', id: 's', contentType: 'text/css' };
  t.strictSame(said(validator, document(composition, patient, author, provenance, stylesheet)), []);
  t.strictSame(said(validator, document(composition, patient, author, { ...patient, id: 'stray' })), [
    'Bundle.entry[3].resource is not part of the document: no reference leads to it from the Composition.',
  ]);
});

t.test('what a Composition refers to is in its document', async (t) => {
  t.strictSame(
    said(
      validator,
      document({ ...composition, subject: { reference: 'Patient/none' } } as typeof composition, author),
    ),
    [
      'Bundle.entry[0].resource.subject is in no entry of this document; add it, with the fullUrl that is meant.',
    ],
  );
});

t.test('a reference between entries means one entry, of the type that it names', async (t) => {
  const [uuid, id] = ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520', { versionId: '1' }];
  const task = (reference: string) => ({
    resourceType: 'Task',
    id: 't',
    status: 'requested',
    intent: 'order',
    owner: { reference },
  });
  const found = (reference: string, ...others: object[]) =>
    said(
      validator,
      bundle('collection', { fullUrl: `${base}/Task/t`, resource: task(reference) }, ...others),
    );
  t.strictSame(found('Patient/elsewhere'), []);
  t.strictSame(found(uuid, { fullUrl: uuid, resource: patient }), []);
  const twice = [
    { fullUrl: `${base}/Patient/p`, resource: { ...patient, meta: id } },
    { fullUrl: `${base}/Patient/p`, resource: { ...patient, meta: { versionId: '2' } } },
  ];
  t.strictSame(found('Patient/p', ...twice), [
    'Bundle.entry[0].resource.owner means several entries of this Bundle; name the version of one.',
  ]);
  t.strictSame(found('Patient/p/_history/2', ...twice), []);
  const wrong = {
    fullUrl: `${base}/Patient/o`,
    resource: { resourceType: 'Organization', id: 'o', name: 'x' },
  };
  t.ok(
    found('Patient/o', wrong).includes(
      'Bundle.entry[0].resource.owner means a Patient, but its entry is a Organization.',
    ),
  );
});

t.test('an id alone is no content; beside the value of a primitive it may stand', async (t) => {
  const found = (more: object) => said(validator, { resourceType: 'Patient', ...more });
  t.strictSame(found({ name: [{ id: 'x' }] }), [
    'Patient.name[0] has an id and nothing else; give it content, or leave it out.',
  ]);
  t.strictSame(found({ _gender: { id: 'x' } }), [
    'Patient.gender has an id and nothing else; give it content, or leave it out.',
  ]);
  t.strictSame(found({ gender: 'other', _gender: { id: 'x' } }), []);
  t.strictSame(found({ name: [{ id: 'n', given: ['a', 'b'], _given: [{ id: 'x' }, null] }] }), []);
});
