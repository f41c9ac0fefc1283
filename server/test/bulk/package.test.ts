// FHIR packages on a server: stored, found, searched by, and the same after the next start.
// https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type App, createApp } from '../../app.ts';
import { storePackages } from '../../bulk/package.ts';
import { ConfigError, readConfig } from '../../config.ts';
import { stamp } from '../../interaction/write-pipeline.ts';
import { createStorage } from '../../storage.ts';
import { createDatabase } from '../helpers/database.ts';
import { type Ask, asking } from '../helpers/server.ts';
import { manifest, profile, temporaryFolder, writeArchive } from '../validation/definition/archives.ts';

const PROFILE = 'http://example.org/StructureDefinition/one';

const searchParameter = (code: string, expression: string, more: object = {}) => ({
  resourceType: 'SearchParameter',
  id: `patient-${code}`,
  url: `http://example.org/SearchParameter/patient-${code}`,
  version: '1.0.0',
  name: code,
  status: 'active',
  description: code,
  code,
  base: ['Patient'],
  type: 'string',
  expression,
  ...more,
});

const files = (version: string) => ({
  'package/package.json': manifest('example.one', version),
  'package/StructureDefinition-one.json': {
    ...profile(PROFILE, version, [{ path: 'Patient.birthDate', min: 1 }]),
    meta: { versionId: '36', lastUpdated: '2020-01-01T00:00:00Z', source: 'http://example.org/build' },
  },
  'package/ValueSet-v.json': {
    resourceType: 'ValueSet',
    id: 'v',
    url: 'http://example.org/ValueSet/v',
    version,
    status: 'active',
    compose: { include: [{ system: 'http://example.org/s', concept: [{ code: 'a' }] }] },
  },
  'package/SearchParameter-nick.json': searchParameter('nick', "Patient.name.where(use = 'nickname').given"),
  'package/SearchParameter-family.json': searchParameter('family', 'Patient.name.text'),
});

interface Server extends App {
  ask: Ask;
}

const configOf = (databaseUrl: string, data: string, folder: string) =>
  readConfig(
    {
      DATABASE_URL: databaseUrl,
      DATA_DIR: data,
      DEMO: 'off',
      LOG_LEVEL: 'silent',
      DB_CONNECTIONS: '2',
      FHIR_PACKAGES: folder,
    },
    ['--open'],
  );

/** A server on a database, with the packages of a folder. */
async function start(databaseUrl: string, data: string, folder: string): Promise<Server> {
  const app = await createApp({ config: configOf(databaseUrl, data, folder), databaseUrl });
  return { ...app, ask: asking(app) };
}

/** A folder with one package, and a server that has read it. */
async function withPackage(t: Test) {
  const { url } = await createDatabase(t);
  const folder = temporaryFolder(t);
  const data = temporaryFolder(t);
  await writeArchive(folder, 'one', files('1.0.0'));
  return { url, folder, data };
}

const versions = async (ask: Ask, query: string): Promise<string[]> =>
  ((await ask('GET', query)).body.entry ?? []).map(
    ({ resource }: { resource: { id: string; meta: { versionId: string } } }) =>
      `${resource.id}/${resource.meta.versionId}`,
  );

t.test("a package's resources are found by their canonical URL, as the package has them", async (t) => {
  const { url, folder, data } = await withPackage(t);
  const server = await start(url, data, folder);
  t.teardown(server.close);
  t.strictSame(server.notes, [
    'FHIR package example.one 1.0.0: 2 SearchParameter, 1 StructureDefinition, 1 ValueSet.',
  ]);
  const found = await server.ask('GET', `/StructureDefinition?url=${PROFILE}&version=1.0.0`);
  t.equal(found.status, 200);
  t.equal(found.body.entry.length, 1);
  const { resource } = found.body.entry[0];
  t.match(resource, { url: PROFILE, version: '1.0.0', differential: { element: [{ id: 'Patient' }, {}] } });
  t.match(resource.meta, { versionId: '1', source: 'http://example.org/build' });
  t.match(resource.id, /^one-[0-9a-f]{12}$/);
});

t.test('a second start changes nothing; what was changed or deleted comes back', async (t) => {
  const { url, folder, data } = await withPackage(t);
  const first = await start(url, data, folder);
  const before = await versions(first.ask, '/ValueSet');
  const profiles = await versions(first.ask, '/StructureDefinition');
  await first.close();
  const second = await start(url, data, folder);
  t.strictSame(await versions(second.ask, '/ValueSet'), before);
  t.strictSame(await versions(second.ask, '/StructureDefinition'), profiles);
  t.equal((await second.ask('GET', '/_history')).body.entry.length, 4, 'nothing was written again');
  const [id] = before[0]!.split('/');
  const { body } = await second.ask('GET', `/ValueSet/${id}`);
  t.equal((await second.ask('PUT', `/ValueSet/${id}`, { ...body, status: 'retired' })).status, 200);
  t.equal((await second.ask('DELETE', `/StructureDefinition/${profiles[0]!.split('/')[0]}`)).status, 204);
  await second.close();
  const third = await start(url, data, folder);
  t.teardown(third.close);
  t.strictSame(await versions(third.ask, '/ValueSet?status=active'), [`${id}/3`]);
  t.strictSame(
    await versions(third.ask, `/StructureDefinition?url=${PROFILE}`),
    profiles.map((one) => one.replace('/1', '/3')),
  );
});

t.test('what is stored already is not even read', async (t) => {
  const { url, folder, data } = await withPackage(t);
  await (await start(url, data, folder)).close();
  const config = configOf(url, data, folder);
  const now = () => new Date();
  const storage = await createStorage({ config, databaseUrl: url }, `${config.publicUrl}/fhir`, now);
  t.teardown(storage.close);
  const unreadable = storage.packages.list.map((one) => ({
    ...one,
    resources: () => t.fail('its resources were read') as never,
  }));
  const stored = await storePackages(unreadable, { ...storage.parts, store: storage.store, stamp, now });
  t.strictSame(stored, { created: 0, updated: 0, failed: [] });
});

t.test('two versions are stored side by side', async (t) => {
  const { url, folder, data } = await withPackage(t);
  await writeArchive(folder, 'two', files('2.0.0'));
  const server = await start(url, data, folder);
  t.teardown(server.close);
  for (const version of ['1.0.0', '2.0.0'])
    t.equal((await versions(server.ask, `/StructureDefinition?url=${PROFILE}&version=${version}`)).length, 1);
});

t.test("a package's search parameters can be searched by; those of R4 stay as they are", async (t) => {
  const { url, folder, data } = await withPackage(t);
  const server = await start(url, data, folder);
  t.teardown(server.close);
  const name = [
    { family: 'Reyes', text: 'Other' },
    { use: 'nickname', given: ['Anita'] },
  ];
  await server.ask('PUT', '/Patient/ana', { resourceType: 'Patient', id: 'ana', name });
  let answer = await server.ask('GET', '/Patient?nick=anita');
  for (let n = 0; n < 100 && answer.status !== 200; n++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await server.ask('GET', '/Patient?nick=anita');
  }
  t.equal(answer.status, 200);
  t.strictSame(
    answer.body.entry?.map(({ resource }: { resource: { id: string } }) => resource.id),
    ['ana'],
  );
  t.equal((await server.ask('GET', '/Patient?family=Reyes')).body.entry?.length, 1);
  t.equal((await server.ask('GET', '/Patient?family=Other')).body.entry, undefined);
});

t.test("a package's profiles are enforced on resources that claim them", async (t) => {
  const { url, folder, data } = await withPackage(t);
  const server = await start(url, data, folder);
  t.teardown(server.close);
  const patient = { resourceType: 'Patient', meta: { profile: [PROFILE] } };
  const refused = await server.ask('POST', '/Patient', patient);
  t.equal(refused.status, 422);
  const [issue] = refused.body.issue;
  t.match(issue, { severity: 'error', expression: ['Patient.birthDate'] });
  t.equal((await server.ask('POST', '/Patient', { ...patient, birthDate: '1980-01-01' })).status, 201);
  t.equal((await server.ask('POST', '/Patient', { resourceType: 'Patient' })).status, 201);
});

t.test('several processes that start at once store everything once', async (t) => {
  const { url, folder, data } = await withPackage(t);
  const servers = await Promise.all([start(url, data, folder), start(url, data, folder)]);
  t.teardown(() => Promise.all(servers.map(({ close }) => close())));
  for (const { ask, notes } of servers) {
    t.equal(notes.length, 1);
    t.equal((await ask('GET', '/_history')).body.entry.length, 4);
  }
});

t.test('FHIR_PACKAGES that is no folder stops the start with a sentence', async (t) => {
  const { url } = await createDatabase(t);
  const folder = join(temporaryFolder(t), 'none');
  await t.rejects(start(url, temporaryFolder(t), folder), {
    name: ConfigError.name,
    message: `FHIR_PACKAGES is "${folder}"; allowed is a folder that can be read.`,
  });
});
