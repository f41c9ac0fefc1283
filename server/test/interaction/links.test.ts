// Links inside a transaction: urn:uuid, fullUrl, conditional, wherever they stand. https://hl7.org/fhir/R4/http.html#trules
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { MRN, outcome, patient, task } from './sample.ts';

const server = await startServer(t);
const ask = asking(server);
const PATIENT = 'urn:uuid:11111111-7c9a-4f5e-9a54-1d3c7c6e4b12';
const OID = 'urn:oid:1.2.3.4.5';
const post = (url: string, resource: object, fullUrl?: string) => ({
  ...(fullUrl && { fullUrl }),
  resource,
  request: { method: 'POST', url },
});
const send = (...entry: object[]) => ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });

t.test('references by urn:uuid are rewritten everywhere, the entry order does not matter', async (t) => {
  const everywhere = {
    ...task('x', { for: { reference: PATIENT, display: 'kept' }, focus: { reference: '#c' } }),
    contained: [
      {
        resourceType: 'Observation',
        id: 'c',
        status: 'final',
        code: { text: 'c' },
        subject: { reference: PATIENT },
      },
    ],
    extension: [
      { url: 'http://x.example/e', extension: [{ url: 'inner', valueReference: { reference: PATIENT } }] },
    ],
    input: [
      {
        type: { text: 'p' },
        valueReference: {
          reference: PATIENT,
          _reference: { extension: [{ url: 'http://x.example/r', valueReference: { reference: PATIENT } }] },
        },
      },
    ],
    note: [{ text: `not a link: ${PATIENT}`, authorReference: { reference: PATIENT } }],
  };
  const { status, body } = await send(post('Task', everywhere), post('Patient', patient('1'), PATIENT));
  t.equal(status, 200);
  const address = `Patient/${body.entry[1].resource.id}`;
  const stored = (await ask('GET', `/Task/${body.entry[0].resource.id}`)).body;
  const expected = JSON.parse(
    JSON.stringify(everywhere).replaceAll(`"reference":"${PATIENT}"`, `"reference":"${address}"`),
  );
  t.same({ ...stored, id: undefined, meta: undefined }, { ...expected, id: undefined, meta: undefined });
  t.equal(stored.note[0].text, `not a link: ${PATIENT}`, 'plain text is not touched');
  t.equal(
    (await ask('GET', `/Task?patient=${address}`)).body.entry.length,
    1,
    'and indexed by the new address',
  );
});

t.test(
  'elements of type uri and url, and links in narrative, are rewritten; identifiers and canonicals are not',
  async (t) => {
    const holder = {
      ...task('x', {
        for: { reference: PATIENT },
        instantiatesUri: PATIENT,
        instantiatesCanonical: PATIENT,
        identifier: [{ system: 'urn:ietf:rfc:3986', value: PATIENT }],
      }),
      text: {
        status: 'generated',
        div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${PATIENT}">who</a> <a href="#x">x</a> ${PATIENT}</div>`,
      },
      extension: [
        { url: 'http://x.example/u', valueUri: PATIENT },
        { url: 'http://x.example/s', valueString: PATIENT },
      ],
    };
    const { status, body } = await send(post('Patient', patient('2'), PATIENT), post('Task', holder));
    t.equal(status, 200, JSON.stringify(body.issue));
    const address = `Patient/${body.entry[0].resource.id}`;
    const stored = body.entry[1].resource;
    t.equal(stored.instantiatesUri, address);
    t.equal(stored.extension[0].valueUri, address);
    t.equal(
      stored.text.div,
      `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${address}">who</a> <a href="#x">x</a> ${PATIENT}</div>`,
    );
    t.equal(stored.extension[1].valueString, PATIENT);
    t.equal(stored.instantiatesCanonical, PATIENT);
    t.equal(stored.identifier[0].value, PATIENT);
  },
);

t.test(
  'urn:oid and absolute fullUrls work too, and relative references resolve against the fullUrl',
  async (t) => {
    const old = 'http://old.example/fhir';
    const { status, body } = await send(
      post('Patient', { ...patient('3'), id: 'p3' }, `${old}/Patient/p3`),
      post('Patient', patient('4'), OID),
      post('Task', task('p3'), `${old}/Task/t3`),
      post('Task', task('x', { for: { reference: `${old}/Patient/p3` } })),
      post('Task', task('x', { for: { reference: OID } })),
    );
    t.equal(status, 200, JSON.stringify(body.issue));
    const [three, four, ...tasks] = body.entry.map(
      ({ resource }: { resource: { id: string; for?: { reference: string } } }) =>
        resource.for?.reference ?? `Patient/${resource.id}`,
    );
    t.same(tasks, [three, three, four]);
  },
);

t.test('decimals keep their text in an entry whose links are rewritten', async (t) => {
  const bundle = `{"resourceType":"Bundle","type":"transaction","entry":[
    {"fullUrl":"${PATIENT}","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},
    {"resource":{"resourceType":"Observation","status":"final","code":{"text":"a"},"subject":{"reference":"${PATIENT}"},"valueQuantity":{"value":1.10}},"request":{"method":"POST","url":"Observation"}}]}`;
  const answer = await server.server.inject({
    method: 'POST',
    url: '/fhir',
    headers: { 'content-type': 'application/fhir+json' },
    payload: bundle,
  });
  t.equal(answer.statusCode, 200);
  t.match(answer.body, /"value":1\.10[,}]/);
});

t.test('a urn:uuid that no entry has is 400 and names entry and expression', async (t) => {
  const answer = await send(
    post('Patient', patient('5')),
    post('Task', task('x', { for: { reference: PATIENT } })),
  );
  outcome(t, answer, {
    status: 400,
    code: 'invalid',
    says: /Entry 1: Task\.for\.reference is urn:uuid:.*no fullUrl of this bundle/,
    expression: ['Bundle.entry[1].resource.for.reference'],
  });
});

t.test('a conditional reference becomes the one resource that it matches', async (t) => {
  const { body: made } = await ask('POST', '/Patient', patient('cond'));
  const about = (mrn: string) =>
    post('Task', task('x', { for: { reference: `Patient?identifier=${MRN}|${mrn}` } }));
  const { status, body } = await send(about('cond'), about('cond'));
  t.equal(status, 200, JSON.stringify(body.issue));
  for (const { resource } of body.entry) t.equal(resource.for.reference, `Patient/${made.id}`);
  outcome(t, await send(about('cond'), about('none')), {
    status: 412,
    code: 'conflict',
    says: /Entry 1: The conditional reference .* matches nothing/,
    expression: ['Bundle.entry[1]'],
  });
  await ask('POST', '/Patient', patient('cond'));
  outcome(t, await send(about('cond')), {
    status: 412,
    code: 'conflict',
    says: /Entry 0: More than one Patient matches "Patient\?identifier=/,
    expression: ['Bundle.entry[0]'],
  });
});

t.test('a conditional reference that cannot be read is 400', async (t) => {
  const about = (reference: string) => post('Task', task('x', { for: { reference } }));
  const at = ['Bundle.entry[0]'];
  outcome(t, await send(about('Nonsense?a=b')), {
    status: 400,
    code: 'not-supported',
    says: /"Nonsense".*no R4 resource type/,
    expression: at,
  });
  outcome(t, await send(about('Patient?nonsense=b')), {
    status: 400,
    code: 'not-supported',
    says: /no search parameter "nonsense"/,
    expression: at,
  });
  outcome(t, await send(about('Patient?_count=1')), {
    status: 400,
    code: 'invalid',
    says: /name nothing to look for/,
    expression: at,
  });
});

t.test('a Bundle that is stored keeps its entries as they are: their links are its own', async (t) => {
  const document = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { fullUrl: PATIENT, resource: { resourceType: 'Patient', id: 'inside' } },
      {
        fullUrl: 'urn:uuid:33333333-7c9a-4f5e-9a54-1d3c7c6e4b12',
        resource: task('not-here', {
          owner: { reference: 'urn:uuid:44444444-7c9a-4f5e-9a54-1d3c7c6e4b12' },
          focus: { reference: PATIENT },
          basedOn: [{ reference: 'ServiceRequest?identifier=http://x.example|1' }],
        }),
      },
    ],
  };
  const created = await ask('POST', '/Bundle', document);
  t.equal(created.status, 201);
  t.same(created.body.entry, document.entry);
  const { status, body } = await send(
    post('Bundle', document),
    post('Patient', patient('beside-a-bundle'), PATIENT),
  );
  t.equal(status, 200);
  t.same(body.entry[0].resource.entry, document.entry, 'also beside an entry of the same fullUrl');
});
