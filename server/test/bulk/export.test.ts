// An export is a snapshot: writes meanwhile do not tear it, a broken one fails alone, an unfinished one is taken up again.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Exports } from '../../bulk/export.ts';
import { openPool } from '../../db/pool.ts';
import { UNLIMITED } from '../../db/visibility.ts';
import { callerOf, systemAccess } from '../../fhir/access.ts';
import { newId } from '../../fhir/id.ts';
import { asking, startServer } from '../helpers/server.ts';
import { database, patient, task } from '../interaction/sample.ts';

const server = await startServer(t);
const ask = asking(server);
const sql = database(t, server.databaseUrl);
const types = new Map(
  (await sql`select name, id from resource_type`).map(({ name, id }) => [name as string, id as number]),
);
const [compartment] =
  await sql`select id from search_parameter where type = 'Resource' and code = '_compartment'`;
const PATIENTS = 1500;

const bundle = (entry: object[]) => ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
const put = (resource: { resourceType: string; id: string }) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
});
await bundle(Array.from({ length: PATIENTS }, (_, n) => put({ ...patient(`${n}`), id: `p${n}` })));
await bundle(
  Array.from({ length: PATIENTS }, (_, n) =>
    put({ ...task(`p${n}`), id: `t${n}` } as { resourceType: string; id: string }),
  ),
);

const ME = callerOf(systemAccess);

/** Exports with a folder and connections of their own; `onType` runs when a type is begun. */
function exportsIn(
  t: Test,
  folder = mkdtempSync(join(tmpdir(), 'throughline-export-')),
  onType: (type: string) => Promise<void> = async () => {},
) {
  const pool = openPool(server.databaseUrl, { max: 3 });
  const errors: object[] = [];
  const exports = new Exports({
    sql: pool,
    folder,
    typeId: (type) => types.get(type)!,
    compartment: compartment!.id as number,
    visibility: async (_caller, type) => {
      await onType(type);
      return UNLIMITED;
    },
    newId: () => newId(new Date()),
    log: { error: (details) => errors.push(details) },
  });
  t.teardown(async () => {
    await exports.idle();
    await pool.end();
    rmSync(folder, { recursive: true, force: true });
  });
  return { exports, folder, errors };
}
const request = {
  url: 'http://x.example/fhir/$export',
  level: 'system',
  types: ['Patient', 'Task'],
  caller: ME,
} as const;
const linesOf = (path: string | undefined) =>
  readFileSync(path!, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

t.test('a list tells how far an export is, and how much is written', async (t) => {
  const seen: object[] = [];
  const { exports } = exportsIn(t, undefined, async () => void seen.push(...(await exports.list('system'))));
  const id = await exports.start(request);
  await exports.idle();
  t.match(seen, [
    { id, status: 'in-progress', types: 2, done: 0, output: [] },
    { id, status: 'in-progress', types: 2, done: 1, output: [{ type: 'Patient', count: PATIENTS }] },
  ]);
  t.match(await exports.list(), [{ id, status: 'completed', types: 2, done: 2 }]);
  t.strictSame(await exports.list('somebody else'), []);
  await exports.cancel(id);
  t.strictSame(await exports.list(), []);
});

t.test('writes during the export do not tear it: every file shows the moment of its start', async (t) => {
  const { exports } = exportsIn(t);
  const id = newId(new Date());
  const started = { level: 'system', types: request.types };
  await sql`insert into export_job (id, url, access, request) values (${id}, 'http://x.example', '{"subject":"me"}', ${started as never})`;
  const holder = openPool(server.databaseUrl, { max: 1 });
  await holder.begin(async (hold) => {
    await hold`select from export_job where id = ${id} for update`;
    await exports.resume();
    const waiting = () =>
      sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%update export_job%' and datname = current_database()`;
    while (!(await waiting()).length) await new Promise((done) => setTimeout(done, 10));
    await bundle([
      put({ ...patient('0'), id: 'p0', multipleBirthInteger: 1 } as { resourceType: string; id: string }),
      { request: { method: 'DELETE', url: 'Task/t0' } },
    ]);
    await bundle([
      put({ ...patient('late'), id: 'late' }),
      put({ ...task('late'), id: 'late' } as { resourceType: string; id: string }),
    ]);
  });
  await holder.end();
  await exports.idle();
  t.match(await exports.find(id), {
    status: 'completed',
    output: [
      { type: 'Patient', count: PATIENTS },
      { type: 'Task', count: PATIENTS },
    ],
  });
  const [patients, tasks] = request.types.map((type) => linesOf(exports.file(id, `${type}.ndjson`)));
  t.equal(
    patients!.find((one) => one.id === 'p0').multipleBirthInteger,
    undefined,
    'the version of the start',
  );
  t.ok(
    tasks!.some((one) => one.id === 't0'),
    'deleted after the start',
  );
  t.notOk(
    [...patients!, ...tasks!].some((one) => one.id === 'late'),
    'created after the start',
  );
});

t.test(
  'a write that was on its way during an export is in the next one, asked _since the first',
  async (t) => {
    const { exports } = exportsIn(t);
    const holder = openPool(server.databaseUrl, { max: 1 });
    const started = Promise.withResolvers<void>();
    const exported = Promise.withResolvers<void>();
    const writing = holder.begin(async (hold) => {
      await hold`insert into resource (rid, type, id, version, last_updated, method, deleted, content)
      values (42, ${types.get('Patient')!}, 'on-its-way', 1, now(), 'C', false, '{"resourceType":"Patient","id":"on-its-way"}')`;
      started.resolve();
      await exported.promise;
    });
    await started.promise;
    const first = await exports.start({ ...request, types: ['Patient'] });
    await exports.idle();
    exported.resolve();
    await writing;
    await holder.end();
    const idsIn = (id: string) => linesOf(exports.file(id, 'Patient.ndjson')).map((one) => one.id as string);
    t.notOk(idsIn(first).includes('on-its-way'));
    const since = (await exports.find(first))!.transactionTime!.toISOString();
    const [late] =
      await sql`select last_updated < ${since}::text::timestamptz as late from resource where rid = 42`;
    t.equal(late!.late, true, 'its instant lies before the first export');
    const second = await exports.start({ ...request, types: ['Patient'], since });
    await exports.idle();
    t.same(idsIn(second), ['on-its-way']);
    const third = (await exports.find(second))!.transactionTime!.toISOString();
    const last = await exports.start({ ...request, types: ['Patient'], since: third });
    await exports.idle();
    t.match(await exports.find(last), { status: 'completed', output: [] }, 'and only in that one');
    await sql`delete from resource where rid = 42`;
  },
);

t.test('deleted resources are not in it', async (t) => {
  const { exports } = exportsIn(t);
  await ask('DELETE', '/Task/t1499');
  const id = await exports.start({ ...request, types: ['Task'] });
  await exports.idle();
  t.notOk(linesOf(exports.file(id, 'Task.ndjson')).some((one) => one.id === 't1499'));
});

t.test(
  'a folder that cannot be written fails the export, says so in the log, and ends nothing else',
  async (t) => {
    const { exports, folder, errors } = exportsIn(t);
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, '');
    const broken = exportsIn(t, blocked);
    const id = await broken.exports.start(request);
    await broken.exports.idle();
    t.equal((await exports.find(id))?.status, 'failed');
    t.match(broken.errors, [{ export: id, reason: String }]);
    t.equal(exports.file(id, 'Patient.ndjson'), undefined);
    t.same(errors, []);
  },
);

t.test('an export that a process left unfinished is taken up by the next one', async (t) => {
  const id = newId(new Date());
  await sql`insert into export_job (id, url, access, request, status) values (${id}, 'http://x.example', '{"subject":"me"}', ${{ level: 'system', types: ['Patient'] } as never}, 'in-progress')`;
  const { exports } = exportsIn(t);
  await exports.resume();
  await exports.idle();
  const job = await exports.find(id);
  t.match(job, { status: 'completed', subject: 'me', output: [{ type: 'Patient', count: PATIENTS + 1 }] });
  t.equal(linesOf(exports.file(id, 'Patient.ndjson')).length, PATIENTS + 1);
});

t.test('of several processes that take up an unfinished export one runs it', async (t) => {
  const id = newId(new Date());
  await sql`insert into export_job (id, url, access, request, status) values (${id}, 'http://x.example', '{"subject":"me"}', ${{ level: 'system', types: ['Patient'] } as never}, 'in-progress')`;
  const first = exportsIn(t);
  const second = exportsIn(t, first.folder);
  const third = exportsIn(t, first.folder);
  const holder = openPool(server.databaseUrl, { max: 1 });
  await holder.begin(async (hold) => {
    await hold`select from export_job where id = ${id} for update`;
    await first.exports.resume();
    const waiting = () =>
      sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%update export_job%' and datname = current_database()`;
    while (!(await waiting()).length) await new Promise((done) => setTimeout(done, 10));
    await second.exports.resume();
    await second.exports.idle();
    t.equal((await waiting()).length, 1, 'the second one has left it alone');
    await first.exports.start({ ...request, types: ['Task'] });
  });
  await holder.end();
  await Promise.all([first.exports.idle(), third.exports.resume().then(() => third.exports.idle())]);
  t.match(await first.exports.find(id), { status: 'completed', output: [{ type: 'Patient' }] });
  t.equal(linesOf(first.exports.file(id, 'Patient.ndjson')).length, PATIENTS + 1);
  t.same([...first.errors, ...second.errors, ...third.errors], []);
});

t.test('a cancelled export leaves no files', async (t) => {
  const { exports } = exportsIn(t);
  const id = await exports.start(request);
  await exports.cancel(id);
  t.equal((await exports.find(id))?.status, 'cancelled');
  t.equal(exports.file(id, 'Patient.ndjson'), undefined);
  t.equal(await exports.find('no uuid'), undefined);
});
