// What PostgreSQL reads for a page of $everything: the one patient's compartment by its index, not the store.
// https://hl7.org/fhir/R4/operation-patient-everything.html

import t from 'tap';
import type { Sql } from '../../db/pool.ts';
import { UNLIMITED } from '../../db/visibility.ts';
import { Everything, type EverythingRow } from '../../search/everything.ts';
import { accessOf, openStorage, scope } from './storage.ts';

const TASKS = 24_000;
const PATIENTS = 300;

interface Node {
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}
const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

t.test('Each page about one of 300 patients reads their resources, with one statement a part', async (t) => {
  const s = await openStorage(t);
  await s.save([
    ...Array.from({ length: PATIENTS }, (_, n) => ({ resourceType: 'Patient', id: `p${n}` })),
    ...Array.from({ length: 40 }, (_, n) => ({ resourceType: 'Practitioner', id: `d${n}` })),
  ]);
  for (let n = 0; n < TASKS; n += 1000)
    await s.save(
      Array.from({ length: 1000 }, (_, k) => ({
        resourceType: 'Task',
        id: `t${n + k}`,
        status: 'requested',
        intent: 'order',
        for: { reference: `Patient/p${(n + k) % PATIENTS}` },
        owner: { reference: `Practitioner/d${(n + k) % 40}` },
        authoredOn: new Date(1.7e12 + (n + k) * 60_000).toISOString(),
      })),
    );
  await s.sql.unsafe('vacuum analyze');
  const sent: [text: string, values: string[]][] = [];
  const sql = {
    unsafe(text: string, values: string[]) {
      sent.push([text, values]);
      return s.searchSql.unsafe(text, values);
    },
  } as unknown as Sql;
  const everything = new Everything({ ...s.dependencies, sql });
  const everyone = UNLIMITED;
  const confined = s.search.visibility(
    accessOf(
      'p7',
      scope('patient', 'Patient', 'r'),
      scope('patient', 'Task', 'r'),
      scope('patient', 'Practitioner', 'r'),
    ),
    'r',
  );
  const focus = { type: 'Patient', id: 'p7' } as const;

  /** Rows that the statements of a page read, and the page. */
  async function read(page: () => Promise<EverythingRow[]>) {
    sent.length = 0;
    const rows = await page();
    const statements = [...sent];
    let total = 0;
    for (const [text, values] of statements) {
      const [row] = await s.searchSql.unsafe(`explain (analyze, timing off, format json) ${text}`, values);
      for (const node of nodesOf((row!['QUERY PLAN'] as { Plan: Node }[])[0]!.Plan))
        if (node['Relation Name'] ?? node['Index Name'])
          total += (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
    }
    return { rows, statements: statements.length, total };
  }
  const ask = (more: object) => ({
    focus,
    visibility: everyone,
    filter: {},
    count: 21,
    after: undefined,
    ...more,
  });
  const first = await read(() => everything.page(ask({})));
  const second = await read(() => everything.page(ask({ after: first.rows.at(-1) })));
  t.equal(first.statements, 2, 'the patient, and what lies in the compartment');
  t.equal(second.statements, 1, 'a page within a part is one statement');
  for (const [name, more, parts] of [
    ['the first page', {}, undefined],
    ['a page in the middle', { after: second.rows.at(-1) }, undefined],
    ['what is referred to', { after: { part: 2, rid: String(-(2n ** 63n)) } }, 2],
    ['of one period', { filter: { start: '2023-11-20', end: '2023-11-25' } }, undefined],
    ['to a confined caller', { visibility: confined }, undefined],
    ['all at once', { count: 1001 }, undefined],
  ] as const) {
    const { rows, total } = await read(() => everything.page(ask(more)));
    t.ok(rows.length > 1, `${name}: ${rows.length} resources`);
    if (parts) t.ok(rows.every(({ part }) => part === parts));
    t.ok(total < 4000, `${name}: ${total} rows`);
  }
  const everybody = ask({ focus: { type: 'Patient', id: undefined } });
  const all = await read(() => everything.page(everybody));
  t.ok(all.total < 1000, `every patient, the first page: ${all.total} rows`);
  const inside = await read(() => everything.page({ ...everybody, after: { part: 1, rid: '0' } }));
  t.ok(inside.total < 1000, `every patient, in the middle: ${inside.total} rows`);
  const referred = await read(() => everything.page({ ...everybody, after: { part: 2, rid: '0' } }));
  t.ok(
    referred.rows.length > 5 && referred.total < 1000,
    `every patient, what is referred to: ${referred.total} rows`,
  );
});
