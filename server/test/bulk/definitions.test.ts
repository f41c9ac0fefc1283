// What the program itself defines is found on the server that enforces it. https://hl7.org/fhir/R4/conformance-module.html
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';

const CB = 'https://throughline.example/fhir';
const server = await startServer(t);
const ask = asking(server);
await server.storeDefinitions();

t.test('every profile that the CapabilityStatement names can be read by its URL', async (t) => {
  const { body } = await ask('GET', '/metadata');
  const named = body.rest[0].resource.flatMap(
    (one: { supportedProfile?: string[] }) => one.supportedProfile ?? [],
  );
  t.ok(named.length > 25);
  for (const url of named) {
    const found = await ask('GET', `/StructureDefinition?url=${encodeURIComponent(url)}`);
    t.equal(found.body.entry?.length, 1, url);
    t.equal(found.body.entry?.[0]?.resource?.id, url.slice(url.lastIndexOf('/') + 1));
  }
});

t.test('value sets, code systems, search parameters and operations are there under their ids', async (t) => {
  for (const path of [
    'ValueSet/cn-role',
    'CodeSystem/cn-role',
    'SearchParameter/Task-due',
    'OperationDefinition/Task-claim',
  ])
    t.equal((await ask('GET', `/${path}`)).status, 200, path);
  const expanded = await ask('GET', '/ValueSet/cn-role/$expand');
  t.equal(expanded.body.url, `${CB}/ValueSet/cn-role`);
});

t.test(
  'storing them again changes nothing; what was changed becomes again what the program says',
  async (t) => {
    const path = '/ValueSet/cn-role';
    await server.storeDefinitions();
    t.equal((await ask('GET', path)).body.meta.versionId, '1');
    const { body } = await ask('GET', path);
    await ask('PUT', path, { ...body, title: 'Another' });
    await server.storeDefinitions();
    const again = await ask('GET', path);
    t.same([again.body.meta.versionId, again.body.title], ['3', body.title]);
  },
);

t.test('the demo stories are loaded beside them, once', async (t) => {
  t.ok((await server.seedDemo()) > 200);
  t.equal(await server.seedDemo(), 0);
});
