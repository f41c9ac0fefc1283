// What PostgreSQL reads for a page of history: the newest versions by their index, and stop. The plans are asked from EXPLAIN.
// https://www.postgresql.org/docs/18/using-explain.html
import t from 'tap';
import type { Sql } from '../../db/pool.ts';
import { UNLIMITED } from '../../db/visibility.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { VersionHistory } from '../../store/history.ts';
import { accessOf, openStorage, scope } from '../search/storage.ts';

const TASKS = 25_000;
const VERSIONS = 4;
const PATIENTS = 250;

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}
const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

t.test('A page out of 100,000 versions reads hundreds of rows, and is one statement', async (t) => {
  const s = await openStorage(t);
  for (let n = 0; n < TASKS; n += 5000)
    await s.save(
      Array.from({ length: 5000 }, (_, k) => ({
        resourceType: 'Task',
        id: `t${n + k}`,
        status: 'requested',
        intent: 'order',
        for: { reference: `Patient/p${(n + k) % PATIENTS}` },
      })),
    );
  // More versions of each, one second apart.
  await s.sql.unsafe(`
    insert into history (rid, version, type, last_updated, method, deleted, xid, content)
      select rid, v, type, last_updated - (${VERSIONS} - v) * interval '1 day' + (row_number() over (order by rid)) * interval '1 second', 'U', false, xid, content
      from resource, generate_series(1, ${VERSIONS - 1}) v;
    update resource set version = ${VERSIONS};
    update change set version = ${VERSIONS};
    insert into change (xid, rid, type, version, method, last_updated)
      select xid, rid, type, version, method, last_updated from history`);
  await s.sql.unsafe('vacuum analyze');
  const types = [...resourceTypes];
  const compartment = s.registry.compartment;
  const sent: [text: string, values: string[]][] = [];
  const sql = {
    unsafe(text: string, values: string[]) {
      sent.push([text, values]);
      return s.searchSql.unsafe(text, values);
    },
  } as unknown as Sql;
  const history = new VersionHistory({ ...s.dependencies, sql, types, compartment, listItem: () => 0 });
  const everyone = UNLIMITED;
  const one = s.search.visibility(accessOf('p7', scope('patient', 'Task', 'r')), 'r');
  const request = { window: {}, count: 21, after: undefined };

  /** Runs a page, explains the statement that it sent, and tells how many rows that read. */
  async function explained(page: () => Promise<{ versions: unknown[] }>) {
    sent.length = 0;
    const { versions } = await page();
    const [[text, values]] = sent as [[string, string[]]];
    const [row] = await s.searchSql.unsafe(`explain (analyze, timing off, format json) ${text}`, values);
    const nodes = nodesOf((row!['QUERY PLAN'] as { Plan: Node }[])[0]!.Plan);
    const read = nodes
      .filter((node) => node['Relation Name'] ?? node['Index Name'])
      .reduce(
        (sum, node) =>
          sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
        0,
      );
    return {
      versions,
      statements: sent.length,
      read,
      indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
    };
  }
  const first = await history.types(['Task'], everyone, request);
  const last = first.versions.at(-1)!;
  const after = {
    lastUpdated: last.lastUpdated.toISOString(),
    rid: last.rid,
    version: last.version,
    horizon: first.horizon,
  };
  for (const [name, page, most] of [
    ['of a type', () => history.types(['Task'], everyone, request), 300],
    ['of the system', () => history.types(undefined, everyone, request), 500],
    ['the next page', () => history.types(['Task'], everyone, { ...request, after }), 300],
    ['of a resource', () => history.instance('Task', 't5', everyone, request), 100],
    ['of one patient', () => history.types(undefined, one, request), 1500],
  ] as const) {
    const { versions, statements, read, indexes } = await explained(page);
    t.equal(versions.length, name === 'of a resource' ? VERSIONS : 21, name);
    t.equal(statements, 1, `${name}: one statement`);
    t.ok(read < most, `${name}: ${read} rows by ${indexes}`);
  }
});
