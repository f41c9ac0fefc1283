// What PostgreSQL reads for a page: filter, newest first, twenty, and stop. The plans are asked from EXPLAIN.
// https://www.postgresql.org/docs/18/using-explain.html
import t from 'tap';
import { systemAccess } from '../../fhir/access.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { type CompileContext, compilePage } from '../../search/compile.ts';
import { compartmentOf } from '../../search/criterion/compartment.ts';
import { readQuery, type Scope } from '../../search/query.ts';
import { compileWalk, walkedKey } from '../../search/walk.ts';
import { accessOf, BASE, type Draft, NOW, openStorage, type Storage, scope as scopeOf } from './storage.ts';

const TASKS = 24_000;
const PATIENTS = 300;

/** 60 % completed, 30 % in progress, 10 % requested; every patient has 80 tasks, one in 800 is urgent. */
const task = (n: number): Draft => ({
  resourceType: 'Task',
  id: `t${n}`,
  status: n % 10 === 0 ? 'requested' : n % 10 < 4 ? 'in-progress' : 'completed',
  intent: 'order',
  priority: n % 800 === 7 ? 'urgent' : 'routine',
  code: { coding: [{ system: 'https://example.org/c', code: `c${n % 7}` }] },
  identifier: [{ system: 'https://example.org/i', value: `i${n}` }],
  meta: { tag: [{ code: n % 1000 === 3 ? 'rare' : 'common' }] },
  for: { reference: `Patient/p${(n * 7) % PATIENTS}` },
  owner: { reference: `Practitioner/d${(n * 3) % 20}` },
  authoredOn: new Date(1.7e12 + n * 60_000).toISOString(),
});

const patient = (n: number): Draft => ({
  resourceType: 'Patient',
  id: `p${n}`,
  name: [{ family: `Family${n}` }],
  gender: n % 2 ? 'male' : 'female',
  generalPractitioner: [{ reference: `Practitioner/d${n % 20}` }],
});
const practitioner = (n: number): Draft => ({
  resourceType: 'Practitioner',
  id: `d${n}`,
  name: [{ family: `Doc${n}` }],
});

interface Node {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const isScan = (node: Node) => node['Relation Name'] !== undefined || node['Index Name'] !== undefined;

/** Rows that a page reads, and the indexes that it reads them by. */
async function explain(
  s: Storage,
  text: string,
  patient?: string,
  scope: (s: Storage) => Scope = () => ({ path: 'Task', types: ['Task'] }),
): Promise<{ read: number; sorted: number; indexes: string[] }> {
  const { path, types, compartment } = scope(s);
  const scoped = { path, types, ...(compartment && { compartment }) };
  const query = readQuery(scoped, new URLSearchParams(text), {
    registry: s.registry,
    access: systemAccess,
    lenient: false,
  });
  const access = patient ? accessOf(patient, scopeOf('patient', '*', 'rs')) : systemAccess;
  const visibility = s.search.visibility(access, 's', types);
  const context: CompileContext = {
    ridOf: s.ridOf,
    base: BASE,
    typeId: s.typeId,
    systemOf: (url: string) => s.systems.known(url),
    visibilityOf: (targets, letter) => s.search.visibility(access, letter, targets),
    now: NOW,
  };
  const key = query.criteria.length ? undefined : walkedKey(query, visibility);
  const { text: sql, values } = key
    ? compileWalk(query, key, visibility, context, undefined)
    : compilePage(query, visibility, context, undefined);
  const [row] = await s.searchSql.unsafe(`explain (analyze, timing off, format json) ${sql}`, values);
  const nodes = nodesOf((row!['QUERY PLAN'] as { Plan: Node }[])[0]!.Plan);
  const rows = (node: Node) => node['Actual Rows'] * node['Actual Loops'];
  return {
    read: nodes
      .filter(isScan)
      .reduce(
        (sum, node) => sum + rows(node) + (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'],
        0,
      ),
    sorted: Math.max(
      0,
      ...nodes
        .filter((node) => node['Node Type'].endsWith('Sort'))
        .flatMap((node) => (node.Plans ?? []).map(rows)),
    ),
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
  };
}

t.test('A page of 24,000 tasks reads hundreds of rows, not thousands', async (t) => {
  const s = await openStorage(t);
  await s.save(Array.from({ length: 20 }, (_, n) => practitioner(n)));
  await s.save(Array.from({ length: PATIENTS }, (_, n) => patient(n)));
  for (let n = 0; n < TASKS; n += 1000) await s.save(Array.from({ length: 1000 }, (_, k) => task(n + k)));
  // Versions as they come in life: one instant each, history and other types beside them.
  await s.sql.unsafe(`create temp table moment as select rid, timestamptz '2026-01-01' + row_number() over (order by last_updated, rid) * interval '1 second' as at from resource;
    ${['resource', 'index_token', 'index_date', 'index_reference'].map((table) => `update ${table} set last_updated = at from moment where moment.rid = ${table}.rid`).join(';')}`);
  await s.sql.unsafe('vacuum analyze');

  await t.test('one criterion stops early, however many match', async (t) => {
    for (const query of [
      '',
      'status=completed',
      'status=requested',
      'owner=Practitioner/d3',
      'patient=p5',
      'code=https://example.org/c|c1',
      'status=requested,in-progress',
      'status=requested,in-progress&_sort=_lastUpdated',
      'status:not=completed',
      'identifier=https://example.org/i|',
      '_lastUpdated=ge2020',
    ]) {
      const { read, sorted, indexes } = await explain(s, query);
      t.ok(read < 300, `${query || 'everything'}: ${read} rows`);
      t.equal(sorted, 0, `${query || 'everything'} sorts nothing`);
      t.ok(
        indexes.some((name) => /by_value|by_recency/.test(name)),
        `${query || 'everything'} reads newest first: ${indexes}`,
      );
    }
  });
  await t.test('two criteria stop early when many match both', async (t) => {
    for (const query of [
      'patient=Patient/p5&status=completed',
      'patient=p5&status=requested,in-progress',
      'status=completed&code=https://example.org/c|c1',
      'code=c1&status=in-progress',
      'owner=Practitioner/d3&status=requested,in-progress,completed',
      'status=completed&authored-on=ge2020',
      'status=completed&priority=routine&code=c2',
      'status=completed&code:not=c1',
    ]) {
      const { read, sorted } = await explain(s, query);
      t.ok(read < 800, `${query}: ${read} rows`);
      t.ok(sorted <= 400, `${query} sorts ${sorted}`);
    }
  });
  await t.test('the rarest criterion is read first, in whatever order they are given', async (t) => {
    for (const query of [
      'identifier=https://example.org/i|i500',
      'status=completed&identifier=https://example.org/i|i500',
      'status=completed&priority=urgent',
      'priority=urgent&status=completed',
      'priority=urgent&status=in-progress',
      'status=in-progress,completed&priority=urgent',
      'status=nothing&code=c1',
      'code=c1&status=nothing',
      'owner=Practitioner/d3&priority=urgent',
    ]) {
      const { read } = await explain(s, query);
      t.ok(read < 300, `${query}: ${read} rows`);
    }
  });
  await t.test('chains and _has are semi-joins that begin where little matches', async (t) => {
    for (const query of [
      'patient.name=family77',
      'patient.general-practitioner:Practitioner.name=doc3',
      'patient._id=p5',
      '_tag=rare',
      '_filter=patient.name co "mily77" and status eq completed',
    ]) {
      const { read } = await explain(s, query);
      t.ok(read < TASKS / 6, `${query}: ${read} rows`);
    }
    for (const query of [
      '_has:Task:patient:priority=urgent',
      '_has:Task:patient:identifier=i77&gender=male',
    ]) {
      const { read } = await explain(s, query, undefined, () => ({ path: 'Patient', types: ['Patient'] }));
      t.ok(read < TASKS / 6, `${query}: ${read} rows`);
    }
  });
  await t.test(
    'a compartment is one stretch of an index, the newest of all types are read apart',
    async (t) => {
      const compartment = (name: string, id: string, types: string[]) => (storage: Storage) => ({
        path: `${name}/${id}/*`,
        types,
        compartment: compartmentOf(name, id, types, storage.registry),
      });
      for (const scope of [
        compartment('Patient', 'p5', ['Task']),
        compartment('Patient', 'p5', ['Task', 'Patient', 'Observation']),
        compartment('Practitioner', 'd5', ['Patient', 'Observation']),
        () => ({ path: '', types: [...resourceTypes] }),
      ]) {
        const { read } = await explain(s, '', undefined, scope);
        t.ok(read < 600, `${scope(s).path}: ${read} rows`);
      }
    },
  );
  await t.test('a sort of all is read in its order', async (t) => {
    for (const query of [
      '_sort=authored-on',
      '_sort=-authored-on',
      '_sort=status',
      '_sort=-authored-on,_id',
    ]) {
      const { read } = await explain(s, query);
      t.ok(read < 300, `${query}: ${read} rows`);
    }
  });
  await t.test('a page in the middle starts at its cursor', async (t) => {
    const { next } = await s.page('Task', 'status=completed&_count=1000');
    s.searched.length = 0;
    await s.page('Task', next!);
    const [page] = s.searched;
    t.match(page, /\(f\.last_updated, f\.rid\) < /, 'by a comparison that the index understands');
  });
  await t.test('a compartment is read first where it is the smaller', async (t) => {
    for (const query of [
      '',
      'status=completed',
      'status=requested,in-progress',
      'code=c1',
      'status:not=completed',
    ]) {
      const { read } = await explain(s, query, 'p5');
      t.ok(read < TASKS / 6, `${query || 'everything'} of one patient: ${read} rows`);
    }
  });
  await t.test('chains stay semi-joins where their targets are contained in some resources', async (t) => {
    await s.save([
      {
        ...task(0),
        id: 'holder',
        for: { reference: '#p' },
        contained: [{ ...patient(77), id: 'p' }, practitioner(3)],
      },
    ]);
    await s.sql.unsafe('vacuum analyze');
    for (const query of [
      'patient.name=family77',
      'patient.general-practitioner:Practitioner.name=doc3',
      'patient._id=p5',
      '_filter=patient.name co "mily77" and status eq completed',
      '_filter=patient[gender eq male].name eq "family77"',
    ]) {
      const { read } = await explain(s, query);
      t.ok(read < TASKS / 6, `${query}: ${read} rows`);
      const limited = await explain(s, query, 'p5');
      t.ok(limited.read < TASKS / 6, `${query} of one patient: ${limited.read} rows`);
    }
    const { indexes } = await explain(s, 'patient.name=family77');
    t.ok(indexes.includes('index_string_by_value'), String(indexes));
  });
});
