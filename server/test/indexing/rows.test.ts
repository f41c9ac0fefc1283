// Index rows of real resources: every value makes rows, each row is there once, and no row outlives its version.
// https://hl7.org/fhir/R4/searchparameter.html
import t from 'tap';
import { indexResource } from '../../indexing/index.ts';
import { indexTables, rowTypes } from '../../search/param/index.ts';
import { BASE, type Draft, openStorage, type Storage } from '../search/storage.ts';
import { demoResources, syntheaResources, withoutSynthea } from './resources.ts';

interface Value {
  reference?: string;
  repeat?: { boundsPeriod?: unknown };
  event?: unknown[];
}

/** Values that a parameter reaches and that its type has nothing to say about. */
const silent: Record<string, (type: string, value: Value) => boolean> = {
  reference: (type, { reference }) =>
    type === 'Attachment' ||
    isResource(type) ||
    (type === 'Reference' && (!reference || reference.startsWith('#'))),
  date: (type, { repeat, event }) =>
    ['string', 'Age', 'Range'].includes(type) || (type === 'Timing' && !event && !repeat?.boundsPeriod),
  // Every Observation and component is a group, whether it has a value of the composite's type or not.
  composite: (type) => type === 'Observation' || type === 'Observation.component',
  // A Consent may permit and deny nothing that can be told by its elements.
  directive: (type) => type === 'Consent',
};
/** Tables whose rows may have columns without a value. */
const WITH_NULLS: ReadonlySet<string> = new Set(['index_composite', 'index_directive']);
const isResource = (type: string) => type === 'Composition' || type === 'MessageHeader';

async function checkRows(
  t: Parameters<typeof openStorage>[0],
  s: Storage,
  drafts: readonly Draft[],
): Promise<void> {
  const context = { ridOf: s.ridOf, base: BASE };
  let [values, rows] = [0, 0];
  for (const draft of drafts) {
    const params = s.registry.indexed(draft.resourceType);
    for (const param of params) {
      const { code, type, extract } = param;
      for (const value of extract(draft)) {
        values++;
        if (rowTypes[type]!.rows([value], context, param, draft).length) continue;
        if (!silent[type]?.(value.type, value.value as Value))
          t.fail(
            `${draft.resourceType}.${code} makes no row of ${value.type} ${JSON.stringify(value.value)}`,
          );
      }
    }
    for (const [table, list] of indexResource(draft, params, context)) {
      rows += list.length;
      const keys = new Set(list.map((row) => JSON.stringify([row.param, row.values])));
      if (keys.size !== list.length) t.fail(`${draft.resourceType}/${draft.id} has a row twice in ${table}`);
      const { columns } = indexTables.get(table)!;
      if (
        list.some(
          (row) =>
            row.values.length !== columns.length ||
            row.values.some(
              (value) => typeof value !== 'string' && (value !== null || !WITH_NULLS.has(table)),
            ),
        )
      )
        t.fail(`${draft.resourceType}/${draft.id} has a broken row in ${table}`);
    }
  }
  t.ok(values > drafts.length, `${values} values of ${drafts.length} resources`);
  t.ok(rows > drafts.length, `make ${rows} rows`);
}

/** Resources with rows in the tables that the first demo stories leave empty. */
const EVERY_TABLE: readonly Draft[] = [
  { resourceType: 'RiskAssessment', id: 'risk', prediction: [{ probabilityDecimal: 0.8 }] },
  {
    resourceType: 'Observation',
    id: 'weight',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    valueQuantity: { value: 70.5, system: 'http://unitsofmeasure.org', code: 'kg', unit: 'kilograms' },
  },
  { resourceType: 'Location', id: 'place', position: { latitude: 42.36, longitude: -71.06 } },
  {
    resourceType: 'Consent',
    id: 'sharing',
    status: 'active',
    scope: { coding: [{ code: 'patient-privacy' }] },
    patient: { reference: 'Patient/ana-reyes' },
    provision: { type: 'permit' },
  },
];

/** Rows of a table that belong to a resource, without its surrogate and instant. */
async function rowsOf(s: Storage, table: string, type: string, id: string): Promise<string[]> {
  const found = await s.sql.unsafe(
    `select to_jsonb(i) - 'rid' - 'last_updated' as row, i.last_updated = r.last_updated as current from ${table} i join resource r using (rid) where i.rid = $1`,
    [s.ridOf(`${type}/${id}`)],
  );
  return found.map(({ row, current }) => JSON.stringify([row, current])).sort();
}

t.test('Every value of the demo stories makes rows, each once', async (t) => {
  await checkRows(t, await openStorage(t), demoResources());
});

t.test('Every value of 32 Synthea patients makes rows, each once', { skip: withoutSynthea }, async (t) => {
  await checkRows(t, await openStorage(t), syntheaResources());
});

t.test('Each resource of the demo stories is found by each of its own values', async (t) => {
  const s = await openStorage(t);
  const drafts = demoResources();
  await s.save(drafts);
  const [row] = await s.sql`select count(*)::int as n, count(distinct rid)::int as distinct from resource`;
  t.same(row, { n: drafts.length, distinct: drafts.length });
  let asked = 0;
  for (const draft of drafts.filter((_, n) => n % 7 === 0)) {
    for (const { code, type, extract } of s.registry.of(draft.resourceType)) {
      const [first] = extract(draft).filter(
        ({ type, value }) => typeof value === 'string' || type === 'boolean',
      );
      if (!first || type === 'date') continue;
      asked++;
      const name = type === 'string' ? `${code}:exact` : code;
      const escaped = String(first.value).replace(/[\\,|$]/g, '\\$&');
      const query = new URLSearchParams([
        [name, escaped],
        ['_id', draft.id],
      ]);
      if ((await s.page(draft.resourceType, `${query}`)).matches.length !== 1)
        t.fail(`${draft.resourceType}?${query} does not find it`);
    }
  }
  t.ok(asked > 50, `${asked} searches`);
});

t.test('A new version has exactly the rows of a resource that is created so', async (t) => {
  const s = await openStorage(t);
  const all = demoResources();
  for (const type of new Set(all.map(({ resourceType }) => resourceType))) {
    const [first, second = first] = all.filter((draft) => draft.resourceType === type) as [Draft, Draft?];
    const third: Draft = { resourceType: type, id: 'updated' };
    await s.save([{ ...first, id: 'updated' }]);
    await s.save([third]);
    await s.save([{ ...second!, id: 'updated' }]);
    await s.save([{ ...second!, id: 'created' }]);
    // Each patient lies in a compartment of its own, so that their rows differ.
    if (type === 'Patient') continue;
    for (const table of indexTables.keys()) {
      const [updated, created] = [
        await rowsOf(s, table, type, 'updated'),
        await rowsOf(s, table, type, 'created'),
      ];
      t.same(updated, created, `${type} in ${table}`);
      t.notOk(
        updated.some((row) => row.endsWith('false]')),
        'with the instant of the version',
      );
    }
  }
});

t.test('A deleted resource leaves no row, and one created again has its rows', async (t) => {
  const s = await openStorage(t);
  const drafts = [...demoResources().slice(0, 60), ...EVERY_TABLE];
  await s.save(drafts);
  const count = async () => {
    const counts = await Promise.all(
      [...indexTables.keys()].map((table) => s.sql.unsafe(`select count(*)::int as n from ${table}`)),
    );
    return counts.map(([row]) => row!.n as number);
  };
  const before = await count();
  t.ok(
    before.every((n) => n > 0),
    `${before} rows`,
  );
  for (const { resourceType, id } of drafts) await s.remove(resourceType, id);
  t.ok((await count()).every((n) => n === 0));
  t.same(await s.find('Task', ''), []);
  await s.save(drafts);
  t.same(await count(), before);
});
