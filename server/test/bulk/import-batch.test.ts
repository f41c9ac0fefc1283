// A batch of an import meets others: changed search parameters, and imports of the same resources. server/bulk/import-batch.ts
import t, { type Test } from 'tap';
import { type BatchDependencies, storeBatch } from '../../bulk/import-batch.ts';
import { type Checked, checkItem } from '../../bulk/import-item.ts';
import { readConfig } from '../../config.ts';
import { stamp } from '../../interaction/write-pipeline.ts';
import { createStorage } from '../../storage.ts';
import { inconsistencies } from '../consistency.ts';
import { createDatabase } from '../helpers/database.ts';

const PUBLIC_URL = 'http://127.0.0.1:3000';
const BASE = `${PUBLIC_URL}/fhir`;

async function open(t: Test) {
  const { url: databaseUrl } = await createDatabase(t);
  const config = readConfig({ DATABASE_URL: databaseUrl, DB_CONNECTIONS: '4' });
  const now = () => new Date();
  const storage = await createStorage({ config, databaseUrl }, BASE, now);
  t.teardown(() => storage.close());
  const deps: BatchDependencies = { ...storage.parts, store: storage.store, stamp, now };
  return { deps, databaseUrl };
}

const place = {
  file: { path: '/x.ndjson', name: 'x.ndjson', format: 'ndjson', gzipped: false, bytes: 1 },
} as const;
const patients = (count: number): Checked[] =>
  Array.from({ length: count }, (_, n) => {
    const resource = { resourceType: 'Patient', id: `p${n}`, gender: 'female', name: [{ family: `F${n}` }] };
    return checkItem({ place, resource, size: 1 }, () => [], BASE) as Checked;
  });

t.test('a batch that was made with former search parameters is made again', async (t) => {
  const { deps, databaseUrl } = await open(t);
  let refreshed = 0;
  const former = (type: string) => deps.indexed(type).filter(({ code }) => code !== 'gender');
  const stored = await storeBatch(patients(50), {
    ...deps,
    indexed: (type) => (refreshed ? deps.indexed(type) : former(type)),
    parameters: {
      ...deps.parameters,
      generation: () => deps.parameters.generation() - (refreshed ? 0 : 1),
      refresh: async () => {
        refreshed++;
      },
    },
  });
  t.match(stored, { created: 50, updated: 0, unchanged: 0, failures: [] });
  t.equal(refreshed, 1);
  t.strictSame(await inconsistencies(databaseUrl, PUBLIC_URL), []);
});

t.test('imports of the same resources at once store each of them once', async (t) => {
  const { deps, databaseUrl } = await open(t);
  const results = await Promise.all(Array.from({ length: 4 }, () => storeBatch(patients(400), deps)));
  const sum = (key: 'created' | 'updated' | 'unchanged') =>
    results.reduce((total, result) => total + result[key], 0);
  t.equal(sum('created'), 400);
  t.equal(sum('updated'), 0);
  t.equal(sum('unchanged'), 1200);
  t.strictSame(
    results.flatMap(({ failures }) => failures),
    [],
  );
  t.strictSame(await inconsistencies(databaseUrl, PUBLIC_URL), []);
});
