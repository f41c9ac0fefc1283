// StructureDefinitions that are posted at run time are enforced on what claims them: https://hl7.org/fhir/R4/profiling.html
import t from 'tap';
import { writesDefinitions } from '../../bulk/posted-definitions.ts';
import { asking, startServer } from '../helpers/server.ts';
import { profile } from '../validation/definition/archives.ts';

const URL_HERE = 'http://example.org/StructureDefinition/one';
const definition = (element: object[], more: object = {}) => ({
  ...profile(URL_HERE, '1.0.0', element),
  ...more,
});
const patient = { resourceType: 'Patient', meta: { profile: [URL_HERE] } };

t.test('a posted profile is enforced from the next request on, and follows its changes', async (t) => {
  const ask = asking(await startServer(t));
  const post = async () => (await ask('POST', '/Patient', patient)).status;
  t.equal(await post(), 201, 'what is not known is not enforced');
  const put = async (body: object) => (await ask('PUT', '/StructureDefinition/one', body)).status;
  t.equal(await put(definition([{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }])), 201);
  const refused = await ask('POST', '/Patient', patient);
  t.equal(refused.status, 422);
  t.match(refused.body.issue[0], { severity: 'error', expression: ['Patient.birthDate'] });
  t.equal(await put(definition([{ id: 'Patient.gender', path: 'Patient.gender', min: 1 }])), 200);
  t.match((await ask('POST', '/Patient', patient)).body.issue[0], { expression: ['Patient.gender'] });
  t.equal(await put(definition([], { status: 'retired' })), 200);
  t.equal(await post(), 201);
  t.equal(await put(definition([{ id: 'Patient.gender', path: 'Patient.gender', min: 1 }])), 200);
  t.equal(await post(), 422);
  t.equal((await ask('DELETE', '/StructureDefinition/one')).status, 204);
  t.equal(await post(), 201);
});

t.test('a profile on a posted profile follows what it builds on', async (t) => {
  const ask = asking(await startServer(t));
  const derived = { ...definition([]), id: 'two', url: `${URL_HERE}2`, baseDefinition: URL_HERE };
  const post = async () =>
    (await ask('POST', '/Patient', { ...patient, meta: { profile: [derived.url] } })).status;
  await ask('PUT', '/StructureDefinition/two', derived);
  t.equal(await post(), 201, 'its base is not known yet');
  await ask(
    'PUT',
    '/StructureDefinition/one',
    definition([{ id: 'Patient.gender', path: 'Patient.gender', min: 1 }]),
  );
  t.equal(await post(), 422);
});

t.test('what a request does not tell by itself is taken over within a second or two', async (t) => {
  const first = await startServer(t);
  const ask = asking(first);
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        resource: definition([{ id: 'Patient.gender', path: 'Patient.gender', min: 1 }]),
        request: { method: 'PUT', url: 'StructureDefinition/one' },
      },
    ],
  };
  t.equal((await ask('POST', '/', bundle)).status, 200);
  t.equal((await ask('POST', '/Patient', patient)).status, 422, 'what a bundle brings is known at once');
  bundle.entry[0]!.request.method = 'DELETE';
  const { resource: _, ...removal } = bundle.entry[0]!;
  t.equal((await ask('POST', '/', { ...bundle, entry: [removal] })).status, 200);
  let { status } = await ask('POST', '/Patient', patient);
  for (let n = 0; n < 50 && status !== 201; n++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    status = (await ask('POST', '/Patient', patient)).status;
  }
  t.equal(status, 201);
});

t.test('ours and those of R4 are never replaced', async (t) => {
  const ask = asking(await startServer(t));
  const base = 'http://hl7.org/fhir/StructureDefinition/Patient';
  const gender = [{ id: 'Patient.gender', path: 'Patient.gender', min: 1 }];
  await ask('PUT', '/StructureDefinition/one', { ...definition(gender), url: base });
  t.equal((await ask('POST', '/Patient', { ...patient, meta: { profile: [base] } })).status, 201);
});

t.test('requests that write definitions are told from others', async (t) => {
  const entry = [{ resource: { resourceType: 'StructureDefinition' } }];
  const request = (method: string, path: string[], body?: unknown) => ({ method, path, body });
  t.ok(writesDefinitions(request('PUT', ['StructureDefinition', 'a'])));
  t.ok(writesDefinitions(request('POST', [], { entry: [null, ...entry] })));
  for (const other of [
    request('GET', ['StructureDefinition']),
    request('POST', ['Patient']),
    request('POST', [], { entry: 'none' }),
    request('POST', [], null),
  ])
    t.notOk(writesDefinitions(other));
});
