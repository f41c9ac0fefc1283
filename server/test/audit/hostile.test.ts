// What somebody may send, or what may become of the journal: no event is lost, and none holds up the others.
// https://hl7.org/fhir/R4/security.html#audit
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { AuditEvent } from '@medplum/fhirtypes';
import t from 'tap';
import { createAudit } from '../../audit/index.ts';
import { verifyChain } from '../../audit/verify.ts';
import { linesIn, NURSE, openAudit, STORE, shown } from './harness.ts';

const requestOf = ({ entity }: AuditEvent) => entity?.[0]?.what?.identifier?.value;
const queryOf = ({ entity }: AuditEvent) =>
  Buffer.from(entity?.find(({ query }) => query)?.query ?? '', 'base64').toString();
/** A journal's name. */
const fileOf = (store: string, host: string) =>
  `${store}~${host}~1~01890a5d-ac96-774b-bcce-b302099a8057~000000.ndjson`;

t.test('names that cannot be stored or indexed hold up nothing', async (t) => {
  const { ask, audit, events, sql } = await openAudit(t);
  const refused = { answer: { status: 404, issues: [] } };
  await ask('GET', '/$%00', refused);
  await ask('GET', `/$${'x'.repeat(5_000)}`, refused);
  await ask('GET', '/Task/%0A%0D{"kind":"request"}', refused);
  await ask('GET', '/Task?code=%00', refused);
  const entry = [{ request: { method: 'GET', url: 'Task/\ud800$\u0000' } }];
  const entries = [{ kind: 'outcome', status: 400, issues: [] } as const];
  const result = { kind: 'batch', status: 200, type: 'batch-response', entries } as const;
  await ask('POST', '', {
    body: { resourceType: 'Bundle', type: 'batch', entry },
    answer: { status: 200, result },
  });
  audit.recordEvent({
    kind: 'refused',
    client: `a\u0000${'b'.repeat(5_000)}`,
    user: '\ud800',
    error: 'x\ny',
  });
  await ask('GET', '/Task/t1', { ...refused, access: { ...NURSE, subject: `n\u0000${'n'.repeat(5_000)}` } });
  const found = await events();
  t.equal(found.length, 8);
  t.same(
    found.map(({ outcome }) => outcome),
    ['4', '4', '4', '4', '0', '4', '4', '4'],
    'each with its own outcome',
  );
  t.notOk(found.some(({ outcomeDesc }) => /unreadable/.test(outcomeDesc ?? '')));
  t.equal(queryOf(found[3]!), 'Task?code=%00');
  t.notMatch(JSON.stringify(found), /\\u0000|\\ud800/);
  t.equal((await verifyChain(sql)).problem, undefined);
});

t.test('a query of any length is cut, and says so', async (t) => {
  const { ask, events } = await openAudit(t);
  await ask('GET', `/Task?code=${'x'.repeat(100_000)}`, { answer: { status: 414, issues: [] } });
  const [event] = await events();
  t.equal(queryOf(event!).length, 16_385 - '/fhir/'.length);
  t.match(event!.entity?.at(-1)?.description, /The query was longer/);
});

t.test('a line that cannot be stored is found, kept beside, and leaves an event that says so', async (t) => {
  const logged: string[] = [];
  const opened = await openAudit(t);
  const { deps, folder, sql } = opened;
  for (let n = 0; n < 40; n++)
    await opened.ask('GET', `/Task/t${n}`, { request: `request-${n}`, answer: shown('Task', `t${n}`, 1) });
  const failing = createAudit({
    ...deps,
    ridOf: (key) => {
      if (key === 'Task/t17') throw Object.assign(new Error('no such value'), { code: '22021' });
      return deps.ridOf(key);
    },
    log: { error: (_details, message) => logged.push(message) },
  });
  await failing.catchUp();
  const events = await opened.events();
  t.same(
    events.map((event) => requestOf(event) ?? event.outcomeDesc),
    Array.from({ length: 40 }, (_, n) =>
      n === 17 ? 'Failed with status 500, exception, by rule unreadable-journal-line.' : `request-${n}`,
    ),
  );
  t.same(logged, ['audit journal line not stored']);
  const kept = readFileSync(join(folder, 'unreadable.txt'), 'utf8');
  t.match(JSON.parse(kept), { request: 'request-17', url: '/fhir/Task/t17' });
  t.equal((await verifyChain(sql)).problem, undefined);
  await failing.close();
});

t.test('journals of another database in the same folder are left alone', async (t) => {
  const opened = await openAudit(t);
  await opened.ask('GET', '/Task/t1', { answer: shown('Task', 't1', 1) });
  const foreign = join(opened.folder, fileOf('fedcba9876543210', 'elsewhere'));
  writeFileSync(foreign, `${linesIn(opened.folder)[0]}\n`);
  const old = new Date(Date.now() - 10 * 86_400_000);
  utimesSync(foreign, old, old);
  t.equal((await opened.events()).length, 1);
  await opened.audit.look();
  t.ok(readFileSync(foreign, 'utf8').length > 0);
});

t.test(
  'a journal elsewhere that is silent is stored, and stays for a day: its process may only sleep',
  async (t) => {
    const opened = await openAudit(t);
    await opened.ask('GET', '/Task/t1', { answer: shown('Task', 't1', 1) });
    const name = fileOf(STORE, 'elsewhere');
    const line = { ...JSON.parse(linesIn(opened.folder)[0]!), id: '01890a5d-ac96-774b-bcce-000000000001' };
    const file = join(opened.folder, name);
    const lines = (count: number, hours: number) => {
      writeFileSync(
        file,
        Array.from(
          { length: count },
          (_, n) => `${JSON.stringify({ ...line, id: `${line.id.slice(0, -1)}${n}` })}\n`,
        ).join(''),
      );
      const then = new Date(Date.now() - hours * 3_600_000);
      utimesSync(file, then, then);
    };
    lines(1, 2);
    t.equal((await opened.events()).length, 2);
    t.ok((await readdir(opened.folder)).includes(name), 'it stays');
    lines(2, 2);
    t.equal((await opened.events()).length, 3, 'what the process wrote when it woke up is stored too');
    lines(2, 25);
    t.equal((await opened.events()).length, 3);
    t.notOk((await readdir(opened.folder)).includes(name), 'it is removed');
  },
);

t.test('a journal that somebody removes is begun anew, and told of', async (t) => {
  const logged: string[] = [];
  const opened = await openAudit(t, { log: { error: (_details, message) => logged.push(message) } });
  for (const name of await readdir(opened.folder)) rmSync(join(opened.folder, name));
  for (let n = 0; n < 100 && !logged.length; n++) await wait(50);
  t.same(logged, ['audit events of the last moments may be lost']);
  await opened.ask('GET', '/Task/t1', { answer: shown('Task', 't1', 1) });
  t.equal((await opened.events()).length, 1);
});

t.test('a request that ends after the journal was closed is not answered', async (t) => {
  const opened = await openAudit(t);
  const second = createAudit(opened.deps);
  const record = second.request({ request: 'late', address: '::1', method: 'GET', url: '/fhir/Task/1' });
  await second.close();
  const failure = await record
    .end({ status: 200, result: { kind: 'empty', status: 200 } })
    .catch((error: unknown) => error);
  t.match(failure, { status: 503, issues: [{ code: 'transient', diagnostics: /cannot be written/ }] });
});

t.test('a clock that goes backwards loses no Provenance', async (t) => {
  let now = new Date();
  const { save, ask, events, provenances } = await openAudit(t, { now: () => now });
  const earlier = new Date(now.getTime() - 60_000);
  await save([{ resourceType: 'Task', id: 't1', status: 'draft', intent: 'order' }], earlier);
  const asked = ask('PUT', '/Task/t1', { answer: shown('Task', 't1', 1, 201) });
  now = earlier;
  await asked;
  t.equal((await events()).length, 1);
  const [provenance] = await provenances();
  t.equal(provenance?.target[0]?.reference, 'Task/t1/_history/1');
  t.equal(provenance?.recorded, earlier.toISOString());
});

t.test('what an operation or a history was asked for is kept', async (t) => {
  const { save, ask, events } = await openAudit(t);
  await save([{ resourceType: 'Patient', id: 'ana' }]);
  const cases: [path: string, query: string, what: (string | undefined)[]][] = [
    [
      '/Patient/ana/$everything?_type=Task',
      'Patient/ana/$everything?_type=Task',
      ['Patient/ana', 'Patient/ana'],
    ],
    ['/$export?_type=Patient', '$export?_type=Patient', []],
    ['/$export-file/0/Patient.ndjson', '$export-file/0/Patient.ndjson', []],
    ['/Patient/ana/_history?_since=2026', 'Patient/ana/_history?_since=2026', ['Patient/ana', 'Patient/ana']],
    ['/Patient/ana/$everything', '', ['Patient/ana', 'Patient/ana']],
  ];
  for (const [path] of cases) await ask('GET', path, { access: { ...NURSE, patient: '' } });
  const found = await events();
  for (const [n, [path, query, what]] of cases.entries()) {
    t.equal(queryOf(found[n]!), query, path);
    const named = found[n]!.entity?.flatMap(({ what }) => what?.reference ?? []);
    t.same(named, what, path);
    t.same(found[n]!.meta?.profile, ['https://throughline.example/fhir/StructureDefinition/cn-audit'], path);
  }
});

/** Appends lines in a process that may write 4 kB, until it may no more. */
const FILL = `
  import { Journal } from ${JSON.stringify(new URL('../../audit/journal.ts', import.meta.url).href)};
  import { newId } from ${JSON.stringify(new URL('../../fhir/id.ts', import.meta.url).href)};
  const [folder, store] = process.argv.slice(-2);
  const journal = new Journal({ folder, store, newId: () => newId(new Date()), log: { error() {} } });
  const failures = [];
  const line = (n) => JSON.stringify({
    kind: 'request', id: newId(new Date()), from: 1, at: 1, request: 'full-' + n, address: '::1', method: 'GET', url: '/fhir/Task/1', status: 200,
  }) + '\\n';
  let n = 0;
  for (; !failures.length; n++) try { journal.appendNow(line(n)); } catch (error) { failures.push(error.code); }
  try { journal.appendNow(line(n)); } catch (error) { failures.push(error.code); }
  process.stdout.write(JSON.stringify({ written: n - 1, failures }));
  process.exit();
`;

t.test('a disk that is full is told at once, and loses no line that was written before', async (t) => {
  const opened = await openAudit(t);
  const shell = `ulimit -f 8; exec "$0" --input-type=module -e "$1" "$2" "$3"`;
  const { stdout, stderr } = spawnSync('sh', ['-c', shell, process.execPath, FILL, opened.folder, STORE], {
    encoding: 'utf8',
  });
  const { written, failures } = JSON.parse(stdout || stderr) as { written: number; failures: string[] };
  t.same(failures, ['EFBIG', 'EFBIG'], 'each write that fails is told');
  t.ok(written > 5, `${written} lines are whole`);
  const events = await opened.events();
  t.same(
    events.map((event) => requestOf(event) ?? event.outcomeDesc),
    [
      ...Array.from({ length: written }, (_, n) => `full-${n}`),
      'Failed with status 500, exception, by rule unreadable-journal-line.',
    ],
    'the line that was torn leaves an event that says so',
  );
});
