// The chain of audit events: one for all processes, whole after any of them was killed, and broken by whoever changes an event.
// https://csrc.nist.gov/pubs/fips/180-4/upd1/final
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createAudit } from '../../audit/index.ts';
import { verifyChain } from '../../audit/verify.ts';
import { folderOf, linesIn, openAudit, STORE, shown } from './harness.ts';

type Opened = Awaited<ReturnType<typeof openAudit>>;

const askMany = async ({ ask }: Opened, count: number): Promise<void> => {
  for (let n = 0; n < count; n++)
    await ask('GET', `/Task/t${n}`, { answer: shown('Task', `t${n}`, 1), request: `request-${n}` });
};

const requestsOf = async (opened: Opened): Promise<string[]> =>
  (await opened.events()).map(({ entity }) => entity?.[0]?.what?.identifier?.value ?? '');

t.test('an unbroken chain is verified from its beginning or from any event', async (t) => {
  const opened = await openAudit(t);
  const empty = await verifyChain(opened.sql);
  t.equal(empty.count, 0n);
  t.equal(empty.problem, undefined);
  await askMany(opened, 600);
  await opened.audit.catchUp();
  const whole = await verifyChain(opened.sql);
  t.equal(whole.problem, undefined);
  t.equal(whole.count, 600n);
  t.equal(whole.head.seq, 600n);
  t.equal(whole.head.hash.length, 32);
  const rest = await verifyChain(opened.sql, { from: 500n });
  t.equal(rest.count, 101n);
  t.strictSame(rest.head, whole.head);
  const noted = { seq: 600n, hash: whole.head.hash.toString('hex') };
  await askMany(opened, 3);
  await opened.audit.catchUp();
  t.equal((await verifyChain(opened.sql, { noted })).problem, undefined);
  t.match((await verifyChain(opened.sql, { from: 700n })).problem, /There is no event 699 to begin from/);
});

t.test('every way to tamper with an event is found, with its place', async (t) => {
  const opened = await openAudit(t);
  const { sql } = opened;
  await askMany(opened, 12);
  const events = await opened.events();
  const { head } = await verifyChain(sql);
  const noted = { seq: head.seq, hash: head.hash.toString('hex') };
  const id = events[4]!.id!;
  const undone = new Error('undone');
  const after = async (
    name: string,
    change: (transaction: typeof sql) => Promise<unknown>,
    expected: RegExp,
  ) => {
    await sql
      .begin(async (transaction) => {
        await change(transaction as never);
        const { problem } = await verifyChain(transaction as never, { noted });
        t.match(problem, expected, name);
        throw undone;
      })
      .catch((error) => {
        if (error !== undone) throw error;
      });
  };
  const ofFive = `rid = (select rid from audit_chain where seq = 5)`;
  await after(
    'changed content',
    (tx) =>
      tx.unsafe(
        `update resource set content = replace(content, '"action":"R"', '"action":"D"') where ${ofFive}`,
      ),
    new RegExp(`^Event 5, AuditEvent/${id}, was changed`),
  );
  await after(
    'a new version',
    (tx) =>
      tx.unsafe(`insert into history (rid, version, type, last_updated, method, deleted, xid, content)
        select rid, version, type, last_updated, method, deleted, xid, content from resource where ${ofFive};
        update resource set version = 2, content = '{}' where ${ofFive}`),
    /^Event 5, .* was changed: it has version 2/,
  );
  await after(
    'deleted event',
    (tx) => tx.unsafe(`delete from resource where ${ofFive}`),
    new RegExp(`^Event 5, AuditEvent/${id}, is missing`),
  );
  await after(
    'hidden event',
    (tx) => tx.unsafe(`update resource set deleted = true where ${ofFive}`),
    new RegExp(`^Event 5, AuditEvent/${id}, was hidden`),
  );
  await after(
    'event under another id',
    (tx) => tx.unsafe(`update resource set id = 'other' where ${ofFive}`),
    new RegExp(`^Event 5, AuditEvent/${id}, was hidden`),
  );
  await after('deleted link', (tx) => tx`delete from audit_chain where seq = 5`, /^Event 5 is missing/);
  await after(
    'deleted link and event, the rest moved up',
    (tx) =>
      tx.unsafe(`delete from resource where ${ofFive}; delete from audit_chain where seq = 5;
        update audit_chain set seq = -seq where seq > 5; update audit_chain set seq = -seq - 1 where seq < 0`),
    /^Event 5, .*another one was put in before it/,
  );
  await after(
    'inserted event',
    (tx) =>
      tx.unsafe(`insert into resource (rid, type, id, version, last_updated, method, deleted, content)
        select 42, type, 'forged', 1, last_updated, method, false, content from resource where ${ofFive}`),
    /^AuditEvent\/forged was put in/,
  );
  await after(
    'inserted event with a link',
    (tx) =>
      tx.unsafe(`update audit_chain set seq = -seq where seq > 5; update audit_chain set seq = -seq + 1 where seq < 0;
        insert into resource (rid, type, id, version, last_updated, method, deleted, content)
        select 42, type, 'forged', 1, last_updated, method, false, content from resource where ${ofFive};
        insert into audit_chain (seq, rid, id, hash) select 6, 42, 'forged', hash from audit_chain where seq = 5`),
    /^Event 6, AuditEvent\/forged, was changed/,
  );
  await after(
    'cut off end',
    (tx) =>
      tx.unsafe(`delete from resource where rid in (select rid from audit_chain where seq > 10);
        delete from audit_chain where seq > 10`),
    /^Event 12, which was noted, is missing/,
  );
  t.equal((await verifyChain(sql, { noted })).problem, undefined, 'undone, all is well');
});

t.test('two processes make one chain, each event once, whoever stores it', async (t) => {
  const first = await openAudit(t);
  const second = createAudit(first.deps);
  const ask = async (audit: typeof second, request: string) => {
    const record = audit.request({ request, address: '::1', method: 'GET', url: '/fhir/Task/1' });
    await record.begin(undefined);
    await record.end({ status: 404, issues: [] });
  };
  const sent: string[] = [];
  for (let n = 0; n < 400; n++) {
    sent.push(`first-${n}`, `second-${n}`);
    await ask(first.audit, `first-${n}`);
    await ask(second, `second-${n}`);
    if (n % 50 === 0) await Promise.all([first.audit.look(), second.catchUp(), first.audit.catchUp()]);
  }
  await Promise.all([first.audit.catchUp(), second.catchUp()]);
  t.strictSame((await requestsOf(first)).sort(), sent.sort());
  const { problem, count } = await verifyChain(first.sql);
  t.equal(problem, undefined);
  t.equal(count, 800n);
  await second.close();
  t.equal(readdirSync(first.folder).length, 1, 'a drained file of a process that has ended is removed');
});

/** A journal as a process leaves it that was killed: no process has its number. */
const journalOf = (folder: string, text: string): void =>
  writeFileSync(
    join(folder, `${STORE}~elsewhere~1~01890a5d-ac96-774b-bcce-b302099a8057~000000.ndjson`),
    text,
  );

t.test('a process that was killed leaves its events, and a trace of what it had begun', async (t) => {
  const opened = await openAudit(t);
  await opened.ask('PUT', '/Task/a', { answer: shown('Task', 'a', 1), request: 'whole' });
  const [begin, end] = linesIn(opened.folder);
  const other = (line: string, id: string, request: string) => {
    const { id: _id, request: _request, ...rest } = JSON.parse(line);
    return JSON.stringify({ ...rest, id, request });
  };
  const dead = folderOf(t);
  const pid = 2 ** 22 + 1;
  const name = readdirSync(opened.folder)[0]!
    .replace(/~\d+~/, `~${pid}~`)
    .replace(/~[0-9a-f-]{36}~/, '~01890a5d-ac96-774b-bcce-b302099a8057~');
  writeFileSync(
    join(dead, name),
    [
      other(begin!, '01890a5d-ac96-774b-bcce-000000000001', 'answered'),
      other(end!, '01890a5d-ac96-774b-bcce-000000000001', 'answered'),
      other(begin!, '01890a5d-ac96-774b-bcce-000000000002', 'never answered'),
      '{"torn":',
      other(end!, '01890a5d-ac96-774b-bcce-000000000003', 'last'),
    ].join('\n'),
  );
  const next = createAudit({ ...opened.deps, folder: dead });
  await next.catchUp();
  const events = await opened.events();
  const said = events.map(({ entity, outcome }) => [entity?.[0]?.what?.identifier?.value, outcome]);
  t.strictSame(said, [
    ['answered', '0'],
    [undefined, '8'],
    ['last', '0'],
    ['never answered', '8'],
    ['whole', '0'],
  ]);
  t.match(events[1]?.outcomeDesc, /unreadable-journal-line/);
  t.match(events[3]?.outcomeDesc, /The server process ended before it answered/);
  t.equal(events[3]?.action, 'U');
  t.equal(events[3]?.recorded, new Date(JSON.parse(begin!).at).toISOString());
  t.strictSame(
    readdirSync(dead).filter((file) => file === name),
    [],
    'its file is removed',
  );
  t.equal((await verifyChain(opened.sql)).problem, undefined);
  await next.close();
});

t.test('what a process elsewhere has begun is not given up while it gives signs of life', async (t) => {
  const opened = await openAudit(t);
  await opened.ask('PUT', '/Task/a', { answer: shown('Task', 'a', 1) });
  const [begin, end] = linesIn(opened.folder);
  const id = '01890a5d-ac96-774b-bcce-000000000001';
  const named = (line: string) => `${JSON.stringify({ ...JSON.parse(line), id })}\n`;
  journalOf(opened.folder, named(begin!));
  t.equal((await opened.events()).length, 1);
  const file = readdirSync(opened.folder).find((name) => name.includes('~elsewhere~'))!;
  appendFileSync(join(opened.folder, file), named(end!));
  const events = await opened.events();
  t.strictSame(
    events.map(({ outcome }) => outcome),
    ['0', '0'],
  );
  t.equal(readFileSync(join(opened.folder, file), 'utf8').length > 0, true, 'its file stays');
  const [left] = await opened.sql`select count(*)::int as count from audit_begun`;
  t.equal(left!.count, 0);
});

t.test('a line is stored once, though the process is ended while it stores it', async (t) => {
  const opened = await openAudit(t);
  await askMany(opened, 30);
  let fails = true;
  const failing = createAudit({
    ...opened.deps,
    newId: opened.deps.newId,
    typeId: (type) => {
      if (fails) throw new Error('ended');
      return opened.deps.typeId(type);
    },
  });
  await t.rejects(failing.catchUp(), /ended/);
  const [none] = await opened.sql`select count(*)::int as count from audit_chain`;
  t.equal(none!.count, 0, 'a transaction that fails leaves nothing');
  fails = false;
  await failing.catchUp();
  await opened.audit.catchUp();
  t.equal((await opened.events()).length, 30);
  await failing.close();
});

t.test('a search for audit events that takes too long to be complete says 503', async (t) => {
  const opened = await openAudit(t, { patience: 1 });
  await askMany(opened, 600);
  const failure = await opened.audit.catchUp().then(
    () => undefined,
    (error) => error,
  );
  t.equal(failure?.status, 503);
  t.match(failure?.issues, [{ severity: 'error', code: 'transient', diagnostics: /Repeat the search/ }]);
  await opened.audit.catchUp().catch(() => undefined);
  await opened.audit.catchUp().catch(() => undefined);
  t.equal((await opened.events().catch(() => opened.events())).length, 600, 'it goes on meanwhile');
});
