// Work lists are one indexed search each, that stops early: by owner, role, team, due, stage, and what is late.
// https://hl7.org/fhir/R4/task.html#search
import { readdirSync, readFileSync } from 'node:fs';
import type { SearchParameter } from '@medplum/fhirtypes';
import t from 'tap';
import { internParameters } from '../../db/intern.ts';
import type { Sql } from '../../db/pool.ts';
import { systemAccess } from '../../fhir/access.ts';
import { Search } from '../../search/index.ts';
import { createRegistry } from '../../search/registry.ts';
import { Store } from '../../store/index.ts';
import { BASE, type Draft, idsOf, NOW, openStorage } from './storage.ts';

const CB = 'https://throughline.example/fhir';
const FOLDER = new URL('../../../profiles/definitions/SearchParameter/', import.meta.url);
const own = readdirSync(FOLDER).map(
  (name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as SearchParameter,
);
const TASKS = 24_000;
const OPEN = ['requested', 'accepted', 'ready', 'in-progress', 'on-hold'];
const STAGES = ['network-checked', 'authorised', 'sent', 'acknowledged', 'accepted', 'scheduled'];
const ROLES = ['navigator', 'scheduler', 'rn', 'lcsw', 'peer'];
const day = (offset: number) => new Date(NOW.getTime() + offset * 86_400_000).toISOString();
const isOpen = (n: number) => n % 6 === 0;

/** One in six is open, as after some months; due within five weeks around today; forty owners, four pools. */
const task = (n: number): Draft => ({
  resourceType: 'Task',
  id: `t${n}`,
  status: isOpen(n) ? OPEN[(n / 6) % 5]! : n % 7 ? 'completed' : 'cancelled',
  intent: 'order',
  code: {
    coding: [
      { system: `${CB}/CodeSystem/cn-task-code`, code: n % 11 ? 'coord-referral' : 'nav-inbound-query' },
    ],
  },
  for: { reference: `Patient/p${n % 800}` },
  ...(n % 30 !== 0 && {
    owner: { reference: n % 10 === 4 ? `Organization/pool${n % 4}` : `PractitionerRole/r${n % 40}` },
  }),
  performerType: [{ coding: [{ system: `${CB}/CodeSystem/cn-role`, code: ROLES[n % 5]! }] }],
  businessStatus: {
    coding: [{ system: `${CB}/CodeSystem/cn-referral-stage`, code: STAGES[((n / 6) % 6) | 0]! }],
  },
  authoredOn: day(-(n % 90)),
  restriction: { period: { end: day(isOpen(n) ? (n % 350) / 10 - 5 : -(n % 400) - 6) } },
  ...(n % 11 === 0 &&
    n % 3 !== 0 && {
      extension: [{ url: `${CB}/StructureDefinition/first-response`, valueDateTime: day(-(n % 90)) }],
    }),
});

interface Node {
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}
const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

const open = `status=${OPEN.join(',')}`;
const now = NOW.toISOString();
const role = (code: string) => `performer-class=${CB}/CodeSystem/cn-role|${code}`;
const LISTS: [name: string, query: string, most: number][] = [
  ['mine, newest first', `owner=PractitionerRole/r8&${open}`, 2500],
  ['mine, the next one due first', 'owner=PractitionerRole/r18&open-due:missing=false&_sort=open-due', 8000],
  ['of a team', 'owner=Organization/pool2&open-due:missing=false&_sort=open-due', 8000],
  ['to be claimed', 'owner:missing=true&status=requested', 2000],
  ['of a role, newest first', `${role('rn')}&${open}`, 2500],
  ['of a role, the next one due first', `${role('rn')}&open-due:missing=false&_sort=open-due`, 12_000],
  ['overdue', `open-due=lt${now}&_sort=open-due`, 500],
  ['overdue, of a role', `open-due=lt${now}&${role('navigator')}&_sort=open-due`, 6000],
  ['overdue, as a search by R4 parameters and due', `due=lt${now}&status:not=completed&_sort=due`, 3000],
  ['due today', `open-due=${now.slice(0, 10)}&_sort=open-due`, 2500],
  ['of a stage', 'stage=scheduled&open-due:missing=false&_sort=open-due', 10_000],
  [
    'questions without an answer',
    `code=nav-inbound-query&first-response:missing=true&${open}&_sort=due`,
    10_000,
  ],
];

t.test('Each work list over 24,000 tasks is one statement that reads a part of them', async (t) => {
  const s = await openStorage(t);
  const registry = await createRegistry(own, (keys) => internParameters(s.sql, keys));
  const { indexed, compartment } = registry;
  const { sql, systems, ridOf, typeId } = s;
  const store = new Store({
    sql,
    systems,
    ridOf,
    typeId,
    indexed,
    compartment,
    base: BASE,
    parameters: registry,
    writers: 2,
  });
  for (let n = 0; n < TASKS; n += 1000) {
    const at = new Date(NOW.getTime() - (TASKS - n) * 1000);
    await store.write(
      Array.from({ length: 1000 }, (_, k) => s.nextVersion(task(n + k), at)),
      at,
      [],
    );
  }
  await s.sql.unsafe('vacuum analyze');
  const sent: [text: string, values: string[]][] = [];
  const recording = {
    unsafe(text: string, values: string[], options: object) {
      sent.push([text, values]);
      return s.searchSql.unsafe(text, values, options);
    },
  } as unknown as Sql;
  const search = new Search({ ...s.dependencies, registry, sql: recording });

  for (const [name, query, most] of LISTS) {
    sent.length = 0;
    const page = await search.type('Task', new URLSearchParams(query), systemAccess);
    // The planner may be asked first which way is shorter; it reads no rows for that.
    const run = sent.filter(([text]) => !/^explain/.test(text));
    const [[text, values]] = run as [[string, string[]]];
    const statements = run.length;
    const [row] = await s.searchSql.unsafe(`explain (analyze, timing off, format json) ${text}`, values);
    const plan = (row!['QUERY PLAN'] as { Plan: Node; 'Execution Time': number }[])[0]!;
    const nodes = nodesOf(plan.Plan);
    const read = nodes
      .filter((node) => node['Relation Name'] ?? node['Index Name'])
      .reduce(
        (sum, node) =>
          sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
        0,
      );
    const indexes = [...new Set(nodes.flatMap((node) => node['Index Name'] ?? node['Relation Name'] ?? []))];
    t.equal(statements, 1, `${name}: one statement`);
    t.ok(idsOf(page.matches).length > 0, `${name}: finds something`);
    t.ok(read < most, `${name}: ${read} rows, ${plan['Execution Time']} ms, by ${indexes}`);
  }
});
