// The reindex job itself: carried on from its checkpoint without doubling, never done when something was left out, and
// taken over by every process. https://www.postgresql.org/docs/18/transaction-iso.html
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createApp } from '../../app.ts';
import { PostedParameters } from '../../bulk/posted-parameters.ts';
import { REINDEX, reindexKinds } from '../../bulk/reindex.ts';
import { readConfig } from '../../config.ts';
import { createJobs, type JobKind, type Run } from '../../job/index.ts';
import { createStorage } from '../../storage.ts';
import { asking, startServer } from '../helpers/server.ts';
import { BASE, openStorage } from '../search/storage.ts';

const PARAMETER = {
  resourceType: 'SearchParameter',
  id: 'nick',
  url: 'https://example.org/SearchParameter/nick',
  name: 'nick',
  status: 'active',
  description: 'A nickname.',
  code: 'nick',
  base: ['Patient'],
  type: 'token',
  expression: 'Patient.name.text',
};
const patient = (n: number) => ({ resourceType: 'Patient', id: `p${n}`, name: [{ text: `nick${n % 3}` }] });

/** Storage with 1,300 patients and a posted parameter; `disturb` stands between the runner and the job. */
async function open(t: Test, disturb: (kind: JobKind) => JobKind) {
  const s = await openStorage(t);
  await s.save(Array.from({ length: 1_300 }, (_, n) => patient(n)));
  const logged: { reason?: string }[] = [];
  const log = { error: (details: object) => void logged.push(details) };
  const kinds = reindexKinds({ ...s, base: BASE, jobs: () => jobs });
  const jobs = createJobs({
    sql: s.sql,
    kinds: { ...kinds, [REINDEX]: disturb(kinds[REINDEX]!) },
    newId: () => `job-${Math.random()}`,
    log,
    times: { poll: 20, backOff: 20 },
  });
  t.teardown(() => jobs.stop());
  const { sql, registry, typeId } = s;
  const posted = new PostedParameters({ sql, registry, jobs, typeId: typeId('SearchParameter'), log });
  const ended = async (state: string) => {
    for (let n = 0; n < 3_000; n++) {
      const [job] = await s.sql`select id, state, error, counts from job where kind = ${REINDEX}`;
      if (job?.state === state) return job;
      await wait(10);
    }
    throw new Error(`No reindex became ${state}: ${JSON.stringify(logged)}`);
  };
  return { ...s, jobs, posted, logged, ended };
}

t.test(
  'A run that breaks off is carried on from its checkpoint: nothing is missing or doubled',
  async (t) => {
    let saves = 0;
    const s = await open(t, (kind) => (run) => {
      const breaking: Run = {
        ...run,
        get signal() {
          return run.signal;
        },
        async save(...progress) {
          await run.save(...progress);
          if (++saves % 2 === 0) throw new Error('The power is gone.');
        },
      };
      return kind(breaking);
    });
    await s.save([PARAMETER]);
    s.jobs.start();
    await s.posted.sync();
    const job = await s.ended('completed');
    t.ok(s.logged.length > 1, `${s.logged.length} runs broke off`);
    t.same(job.counts, { total: 1_300, scanned: 1_300, indexed: 1_300, rows: 1_300, failed: 0 });
    await s.registry.refresh();
    t.equal((await s.find('Patient', 'nick=nick1&_count=1000')).length, 433);
    const [row] =
      await s.sql`select count(*)::int as n from index_token i join search_parameter p on p.id = i.param
    where p.code = 'nick'`;
    t.equal(row!.n, 1_300);
  },
);

t.test('What was written before the parameter came, and is committed after, is indexed too', async (t) => {
  const s = await open(t, (kind) => kind);
  const commit = await s.hold([{ resourceType: 'Patient', id: 'late', name: [{ text: 'latecomer' }] }]);
  await s.save([PARAMETER]);
  s.jobs.start();
  await s.posted.sync();
  await wait(300);
  t.equal(s.registry.find('Patient', 'nick'), undefined, 'the job waits');
  await commit();
  const job = await s.ended('completed');
  t.match(job.counts, { scanned: 1_301, rows: 1_301 });
  t.same(await s.find('Patient', 'nick=latecomer'), ['late']);
});

t.test('A job that has read less than there is does not report success', async (t) => {
  const s = await open(t, (kind) => async (run) => {
    const checkpoint = run.checkpoint as { after: string | null } | null;
    await kind(
      checkpoint
        ? { ...run, signal: run.signal, checkpoint: { ...checkpoint, after: '9223372036854775807' } }
        : run,
    );
  });
  await s.save([PARAMETER]);
  await s.posted.sync();
  await s.sql`update job set checkpoint = ${{ start: '1000000', after: null, done: false } as never},
    counts = ${{ total: 1_300, scanned: 0, indexed: 0, rows: 0, failed: 0 } as never}`;
  s.jobs.start();
  const job = await s.ended('failed');
  t.match(job.error, /^1300 resources were to be read, and 0 were: the parameters stay unsearchable/);
  await s.registry.refresh();
  t.equal(s.registry.find('Patient', 'nick'), undefined);
  t.match(s.registry.building('Patient', 'nick'), { failed: true, scanned: 0, total: 1_300 });
  const again = await s.posted.rebuild(PARAMETER.url);
  t.not(again, job.id, 'asked for again, it has a new job');
  t.equal(await s.posted.rebuild('urn:nobody'), undefined);
});

t.test('What is not posted through a request is found by looking: an import, another program', async (t) => {
  const s = await open(t, (kind) => kind);
  s.jobs.start();
  await s.posted.sync();
  t.equal(await s.posted.look(), false);
  const commit = await s.hold([PARAMETER]);
  await s.posted.look();
  t.equal(s.registry.building('Patient', 'nick'), undefined, 'not committed');
  await commit();
  await s.posted.look();
  await s.ended('completed');
  await s.posted.look();
  t.equal((await s.find('Patient', 'nick=nick1')).length, 433);
  await s.remove('SearchParameter', 'nick');
  await s.posted.look();
  t.equal(s.registry.find('Patient', 'nick'), undefined);
});

t.test('Another process makes the rows from its next write on, and searches by them soon', async (t) => {
  const server = await startServer(t);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-second-'));
  const config = readConfig(
    {
      DATABASE_URL: server.databaseUrl,
      DATA_DIR: folder,
      DEMO: 'off',
      LOG_LEVEL: 'silent',
      DB_CONNECTIONS: '2',
    },
    ['--open'],
  );
  const second = await createApp({ config, databaseUrl: server.databaseUrl });
  // A third one that only writes, as an import does.
  const third = await createStorage(
    { config, databaseUrl: server.databaseUrl },
    server.base,
    () => new Date(),
  );
  t.teardown(async () => {
    await second.close();
    await third.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const [here, there] = [asking(server), asking(second)];
  await here('PUT', '/Patient/before', { ...patient(1), id: 'before' });
  t.equal((await here('PUT', '/SearchParameter/nick', PARAMETER)).status, 201);
  t.equal((await there('PUT', '/Patient/after', { ...patient(1), id: 'after' })).status, 201);
  const at = new Date();
  const resource = { ...patient(1), id: 'third', meta: { versionId: '1', lastUpdated: at.toISOString() } };
  await third.store.write(
    [
      {
        type: 'Patient',
        id: 'third',
        version: 1,
        method: 'PUT',
        resource: resource as never,
        content: JSON.stringify(resource),
      },
    ],
    at,
    [],
  );
  for (const ask of [here, there]) {
    let answer = await ask('GET', '/Patient?nick=nick1');
    for (let n = 0; n < 200 && answer.status !== 200; n++) {
      await wait(25);
      answer = await ask('GET', '/Patient?nick=nick1');
    }
    const entries: { resource: { id: string } }[] = answer.body.entry;
    t.same(entries.map((entry) => entry.resource.id).sort(), ['after', 'before', 'third']);
  }
});
