// Audit on a whole server: what is asked over HTTP is found by the auditor, whatever became of the process.
// https://hl7.org/fhir/R4/security.html#audit
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent, Provenance } from '@medplum/fhirtypes';
import t, { type Test } from 'tap';
import { verifyChain } from '../../audit/verify.ts';
import { freePort } from '../../db/embedded.ts';
import { openPool } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';
import { run, until } from '../helpers/process.ts';

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-audit-server-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function serve(t: Test, env: Record<string, string>, args: readonly string[] = []) {
  const program = run(t, 'server/main.ts', args, { DEMO: 'on', RATE_LIMIT: '0', ...env });
  await until(() => {
    if (program.child.exitCode !== null) throw new Error(program.said.err);
    return program.said.out.includes('Try this');
  }, 'the server listens');
  return program;
}

async function settings(t: Test) {
  const { url } = await createDatabase(t);
  const port = String(await freePort());
  const address = `http://127.0.0.1:${port}`;
  const env = { DATABASE_URL: url, DATA_DIR: folderOf(t), PORT: port };
  const sql = openPool(url, { max: 1 });
  t.teardown(() => sql.end());
  const token = async (asked: Record<string, string>): Promise<string> => {
    const response = await fetch(`${address}/auth/demo-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const ask = async (
    bearer: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    id?: string,
  ) => {
    const response = await fetch(`${address}/fhir${path}`, {
      method,
      headers: {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...(id && { 'x-request-id': id }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
  };
  return { env, sql, token, ask };
}

const requestIdOf = ({ entity }: AuditEvent) =>
  entity?.find(({ type }) => type?.code === 'XrequestId')?.what?.identifier?.value;

t.test('each request over HTTP leaves one event, which the auditor finds and nobody writes', async (t) => {
  const { env, sql, token, ask } = await settings(t);
  await serve(t, env);
  const nurse = await token({ user: 'nurse', patient: 'ana-reyes' });
  const auditor = await token({ user: 'auditor' });
  const steps: [name: string, bearer: string | undefined, method: string, path: string, body?: unknown][] = [
    ['read', nurse, 'GET', '/Patient/ana-reyes'],
    ['absent', nurse, 'GET', '/Task/nothing-here'],
    ['search', nurse, 'GET', '/Task?patient=ana-reyes'],
    ['unreadable-search', nurse, 'GET', '/Task?no-such-parameter=1'],
    ['no-token', undefined, 'GET', '/Patient/ana-reyes'],
    ['bad-token', 'a.b.c', 'GET', '/Patient/ana-reyes'],
    ['malformed', nurse, 'POST', '/Task', 'no object'],
    ['no-type', nurse, 'GET', '/Nonsense/1'],
    ['no-method', nurse, 'DELETE', '/metadata'],
    ['metadata', undefined, 'GET', '/metadata'],
    ['forged', nurse, 'POST', '/AuditEvent', { resourceType: 'AuditEvent' }],
  ];
  const answered = new Map<string, number>();
  for (const [name, bearer, method, path, body] of steps) {
    const { status, headers } = await ask(bearer, method, path, body, `audit-test-${name}`);
    t.equal(headers.get('x-request-id') ?? `audit-test-${name}`, `audit-test-${name}`);
    answered.set(name, status);
  }
  t.equal(answered.get('no-token'), 401);
  t.equal(answered.get('forged'), 403, 'only the server writes audit events');
  const found = await ask(auditor, 'GET', '/AuditEvent?_count=200');
  t.equal(found.status, 200);
  const events = (found.body.entry ?? []).map(
    (entry: { resource: AuditEvent }) => entry.resource,
  ) as AuditEvent[];
  for (const [name, status] of answered) {
    const mine = events.filter((event) => requestIdOf(event) === `audit-test-${name}`);
    t.equal(mine.length, 1, `${name} has one event`);
    t.equal(mine[0]?.outcome, status >= 500 ? '8' : status >= 400 ? '4' : '0', `${name} has its outcome`);
    if (status >= 400) t.match(mine[0]?.outcomeDesc, new RegExp(`status ${status}`));
  }
  t.equal((await ask(nurse, 'GET', '/AuditEvent')).status, 403, 'a nurse does not search them');
  for (const query of ['patient=ana-reyes', 'agent:identifier=nurse', 'action=R', 'outcome=4']) {
    const page = await ask(auditor, 'GET', `/AuditEvent?${query}`);
    t.ok(page.body.entry?.length, query);
  }
  const id = events[0]!.id!;
  for (const [method, body] of [
    ['PUT', events[0]],
    ['DELETE', undefined],
  ] as const)
    t.equal((await ask(auditor, method, `/AuditEvent/${id}`, body)).status, 403, `${method} is refused`);
  t.equal((await verifyChain(sql)).problem, undefined);
  const files = readdirSync(join(env.DATA_DIR, 'audit'));
  for (const file of files)
    t.notMatch(
      readFileSync(join(env.DATA_DIR, 'audit', file), 'utf8'),
      new RegExp(nurse.slice(-40)),
      'no token',
    );
});

t.test('a change has its Provenance at once', async (t) => {
  const { env, token, ask } = await settings(t);
  await serve(t, env);
  const nurse = await token({ user: 'nurse', patient: 'ana-reyes' });
  const auditor = await token({ user: 'auditor' });
  const { body } = await ask(nurse, 'GET', '/Task?patient=ana-reyes&_count=1');
  const task = body.entry[0].resource;
  const changed = await ask(nurse, 'PUT', `/Task/${task.id}`, task);
  t.equal(changed.status, 200, JSON.stringify(changed.body));
  const found = await ask(auditor, 'GET', `/Provenance?target=Task/${task.id}`);
  const [provenance] = (found.body.entry ?? []).map(
    (entry: { resource: Provenance }) => entry.resource,
  ) as Provenance[];
  t.equal(provenance?.target[0]?.reference, `Task/${task.id}/_history/${changed.body.meta.versionId}`);
  t.equal(provenance?.activity?.coding?.[0]?.code, 'UPDATE');
});

t.test('kill -9 in the middle of requests loses no event of an answered one', async (t) => {
  const { env, sql, token, ask } = await settings(t);
  const { child, ended } = await serve(t, env);
  const nurse = await token({ user: 'nurse', patient: 'ana-reyes' });
  const { body } = await ask(nurse, 'GET', '/Task?patient=ana-reyes&_count=1');
  const task = body.entry[0].resource;
  const answered: string[] = [];
  let stopped = false;
  const callers = Array.from({ length: 4 }, async (_, caller) => {
    for (let n = 0; !stopped; n++) {
      const id = `kill-${caller}-${n}`;
      const done =
        n % 2
          ? ask(nurse, 'PUT', `/Task/${task.id}`, task, id)
          : ask(nurse, 'GET', `/Task/${task.id}`, undefined, id);
      if (await done.then(() => true).catch(() => false)) answered.push(id);
    }
  });
  await until(() => answered.length > 120, 'there are answers');
  child.kill('SIGKILL');
  t.equal(await ended, null);
  stopped = true;
  await Promise.all(callers);
  await serve(t, env);
  const auditor = await token({ user: 'auditor' });
  t.equal((await ask(auditor, 'GET', '/AuditEvent?_count=1')).status, 200);
  const rows = await sql`select r.content from audit_chain c join resource r on r.rid = c.rid`;
  const known = new Set(rows.map(({ content }) => requestIdOf(JSON.parse(content) as AuditEvent)));
  t.strictSame(
    answered.filter((id) => !known.has(id)),
    [],
    `${answered.length} answered requests have their events`,
  );
  const { problem } = await verifyChain(sql);
  t.equal(problem, undefined);
});

t.test('several processes make one unbroken chain', async (t) => {
  const { env, sql, token, ask } = await settings(t);
  await serve(t, env, ['--workers', '2']);
  const nurse = await token({ user: 'nurse', patient: 'ana-reyes' });
  const auditor = await token({ user: 'auditor' });
  const ids = Array.from({ length: 80 }, (_, n) => `workers-${n}`);
  await Promise.all(ids.map((id) => ask(nurse, 'GET', '/Patient/ana-reyes', undefined, id)));
  await ask(auditor, 'GET', '/AuditEvent?_count=1');
  const rows = await sql`select r.content from audit_chain c join resource r on r.rid = c.rid`;
  const known = rows.map(({ content }) => requestIdOf(JSON.parse(content) as AuditEvent));
  t.strictSame(known.filter((id) => id?.startsWith('workers-')).sort(), ids.sort(), 'each once');
  t.equal((await verifyChain(sql)).problem, undefined);
});

t.test('npm run audit says where the chain breaks, with exit code 1', async (t) => {
  const { env, sql, token, ask } = await settings(t);
  await serve(t, env);
  const auditor = await token({ user: 'auditor' });
  for (let n = 0; n < 5; n++) await ask(auditor, 'GET', '/AuditEvent?_count=1');
  const audit = async (...args: string[]) => {
    const program = run(t, 'scripts/audit.ts', args, env);
    return { code: await program.ended, ...program.said };
  };
  const head = await audit('head');
  t.match(head.out, /^\d+:[0-9a-f]{64}\n$/);
  const verified = await audit('verify', '--noted', head.out.trim());
  t.equal(verified.code, 0, verified.err);
  t.match(verified.out, /events are as they were recorded\. Head: \d+:[0-9a-f]{64}/);
  await sql`delete from resource where rid = (select rid from audit_chain where seq = 2)`;
  const broken = await audit('verify');
  t.equal(broken.code, 1);
  t.match(broken.err, /^Event 2, AuditEvent\/[0-9a-f-]+, is missing/);
  const wrong = await audit('verify', '--from', 'x');
  t.equal(wrong.code, 1);
  t.match(wrong.err, /--from is "x"/);
});
