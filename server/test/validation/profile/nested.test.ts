// Resources inside others: contained, in a Bundle, in Parameters; and the references between them.
// https://hl7.org/fhir/R4/references.html · https://hl7.org/fhir/R4/bundle.html#references
import t from 'tap';
import { define, own, profile, r4, said, short } from './define.ts';

const active = define('active', 'Practitioner', {
  'Practitioner.active': {
    min: 1,
    max: '1',
    fixedBoolean: true,
    base: { path: 'Practitioner.active', min: 0, max: '1' },
  },
});
const task = define('task', 'Task', {
  'Task.owner': { type: [{ code: 'Reference', targetProfile: [profile('active'), r4('Organization')] }] },
});
const validator = own(active, task);
const claiming = (id: string) => ({ meta: { profile: [profile(id)] } });
const practitioner = (more: object = {}) => ({ resourceType: 'Practitioner', id: 'p', ...more });
const owned = (reference: string, more: object = {}) => ({
  resourceType: 'Task',
  ...claiming('task'),
  status: 'requested',
  intent: 'order',
  owner: { reference },
  ...more,
});
const bundle = (...entry: object[]) => ({ resourceType: 'Bundle', type: 'collection', entry });

t.test('each resource inside follows the profiles that it claims itself', async (t) => {
  const claimed = practitioner(claiming('active'));
  t.strictSame(
    short(validator, { resourceType: 'Parameters', parameter: [{ name: 'a', resource: claimed }] }),
    ['error required Parameters.parameter[0].resource.active'],
  );
  t.strictSame(
    short(validator, bundle({ fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource: claimed })),
    ['error required Bundle.entry[0].resource.active'],
  );
  t.strictSame(short(validator, owned('#p', { contained: [claimed] })), [
    'error value Task.owner',
    'error required Task.contained[0].active',
  ]);
  const unknown = practitioner({ meta: { profile: [profile('nobody')] } });
  t.strictSame(said(validator, bundle({ resource: unknown })), [
    `${profile('nobody')} is an unknown profile; check the spelling.`,
  ]);
});

t.test('a target in the same resource follows the profile that the reference asks for', async (t) => {
  t.strictSame(short(validator, owned('#p', { contained: [practitioner({ active: true })] })), []);
  t.strictSame(said(validator, owned('#p', { contained: [practitioner({ active: false })] })), [
    'Task.owner must point at a resource that follows active or Organization (task); this one does not.',
  ]);
  t.strictSame(
    short(validator, owned('#p', { contained: [{ resourceType: 'Organization', id: 'p', name: 'x' }] })),
    [],
  );
  t.strictSame(said(validator, owned('#p', { contained: [{ resourceType: 'Patient', id: 'p' }] })), [
    'Task.owner may not point at a Patient; allowed are Practitioner, Organization (task).',
  ]);
  t.strictSame(short(validator, owned('Practitioner/elsewhere')), [], 'of others only the type is seen');
  t.strictSame(short(validator, owned('https://example.org/fhir/Patient/1')), ['error value Task.owner']);
});

t.test('a target in the same Bundle is found by fullUrl', async (t) => {
  const base = 'https://example.org/fhir';
  const entries = (reference: string, isActive: boolean, taskUrl = `${base}/Task/t`) =>
    bundle(
      { fullUrl: taskUrl, resource: { ...owned(reference), id: 't' } },
      {
        fullUrl: `${base}/Practitioner/p`,
        resource: practitioner({ active: isActive, meta: { versionId: '1' } }),
      },
    );
  for (const reference of ['Practitioner/p', `${base}/Practitioner/p`, 'Practitioner/p/_history/1']) {
    t.strictSame(short(validator, entries(reference, true)), [], reference);
    t.strictSame(
      short(validator, entries(reference, false)),
      ['error value Bundle.entry[0].resource.owner'],
      reference,
    );
  }
  t.strictSame(short(validator, entries('Practitioner/q', false)), [], 'not in the Bundle');
  const uuid = 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520';
  t.strictSame(
    short(validator, entries('Practitioner/p', false, uuid)),
    [],
    'a urn has no base that leads on',
  );
});

t.test('a profile of a Bundle demands profiles of its entries', async (t) => {
  const list = define('list', 'Bundle', {
    'Bundle.entry': {
      max: '*',
      slicing: { discriminator: [{ type: 'type', path: 'resource' }], rules: 'closed' },
    },
    'Bundle.entry:who': { min: 1, max: '1' },
    'Bundle.entry:who.resource': { min: 1, type: [{ code: 'Practitioner', profile: [profile('active')] }] },
    'Bundle.entry:who.resource.name': { min: 1, max: '*' },
    'Bundle.entry:task': { max: '*' },
    'Bundle.entry:task.resource': { min: 1, type: [{ code: 'Task', profile: [profile('task')] }] },
  });
  const both = own(active, task, list);
  const found = (...resources: object[]) =>
    short(both, bundle(...resources.map((resource) => ({ resource }))), profile('list'));
  const whole = practitioner({ active: true, name: [{ text: 'x' }] });
  t.strictSame(found(whole, owned('Practitioner/p')), []);
  t.strictSame(found(practitioner({ active: false })), [
    'error value Bundle.entry[0].resource.active',
    'error required Bundle.entry[0].resource.name',
  ]);
  t.strictSame(found(whole, owned('Patient/p')), ['error value Bundle.entry[1].resource.owner']);
  t.strictSame(found(whole, { resourceType: 'Patient' }), ['error structure Bundle.entry[1]']);
  const single = define('single', 'Bundle', {
    'Bundle.entry': { max: '*' },
    'Bundle.entry.resource': { type: [{ code: 'Task' }] },
  });
  t.strictSame(short(own(single), bundle({ resource: { resourceType: 'Patient' } }), profile('single')), [
    'error structure Bundle.entry[0].resource',
  ]);
});

t.test('contained resources are sliced by type and profile', async (t) => {
  const holding = define('holding', 'Task', {
    'Task.contained': {
      max: '*',
      slicing: { discriminator: [{ type: 'profile', path: '$this' }], rules: 'open' },
    },
    'Task.contained:who': {
      min: 1,
      max: '1',
      type: [{ code: 'Practitioner', profile: [profile('active')] }],
    },
  });
  const both = own(active, task, holding);
  const held = (isActive: boolean) =>
    short(
      both,
      { ...owned('#p', { contained: [practitioner({ active: isActive })] }), meta: { versionId: '1' } },
      profile('holding'),
    );
  t.strictSame(held(true), []);
  t.strictSame(held(false), ['error required Task.contained']);
});

t.test('profiles that ask for each other come to an end, however long the chain', async (t) => {
  const linked = define('linked', 'Task', {
    'Task.partOf': { max: '*', type: [{ code: 'Reference', targetProfile: [profile('linked')] }] },
    'Task.description': { min: 1, max: '1', base: { path: 'Task.description', min: 0, max: '1' } },
  });
  const chain = (length: number, closing: number) =>
    bundle(
      ...Array.from({ length }, (_, at) => ({
        fullUrl: `https://example.org/fhir/Task/${at}`,
        resource: {
          resourceType: 'Task',
          id: String(at),
          ...claiming('linked'),
          status: 'requested',
          intent: 'order',
          description: 'x',
          partOf: [{ reference: `Task/${at + 1 < length ? at + 1 : closing}` }],
        },
      })),
    );
  t.strictSame(short(own(linked), chain(2, 0)), []);
  t.strictSame(short(own(linked), chain(3000, 0)), []);
});
