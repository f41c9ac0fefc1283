// --workers: several server processes on one port, one of which may die. server/cluster.ts
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { freePort } from '../../db/embedded.ts';
import { inconsistencies } from '../consistency.ts';
import { createDatabase } from '../helpers/database.ts';
import { run, until } from '../helpers/process.ts';
import { lost, startWriters } from '../helpers/writers.ts';

/** Ids of the processes that a process has forked. */
const childrenOf = (pid: number): number[] =>
  globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );

async function serve(t: Test, args: string[] = ['--open', '--workers', '2']) {
  const { url: databaseUrl } = await createDatabase(t);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-workers-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const port = String(await freePort());
  const program = run(t, 'server/main.ts', args, {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    PORT: port,
    DB_CONNECTIONS: '2',
    DEMO: 'on',
  });
  await until(() => program.said.out.includes('Try this'), 'the server listens');
  const url = `http://127.0.0.1:${port}`;
  const workers = () => childrenOf(program.child.pid!);
  return { ...program, databaseUrl, url, base: `${url}/fhir`, workers };
}

/** Over a connection of its own, which another process may take than the one before. */
const ask = (url: string, method = 'GET', body?: object) =>
  fetch(url, {
    method,
    headers: { connection: 'close', 'content-type': 'application/fhir+json' },
    ...(body && { body: JSON.stringify(body) }),
  });

const linuxOnly = process.platform === 'linux' ? false : 'it reads the processes from /proc';

t.test('what one process has written the others show at once', { skip: linuxOnly }, async (t) => {
  const { said, base, url, workers, child, ended } = await serve(t);
  t.equal(workers().length, 2);
  t.match(said.out, /Processes {4}2/);
  t.equal(said.out.match(/Loaded the demo stories/g)?.length, 1, 'the demo is loaded once');
  for (const path of ['/livez', '/readyz', '/fhir/metadata'])
    t.equal((await ask(url + path)).status, 200, path);
  for (let n = 1; n <= 20; n++) {
    const patient = { resourceType: 'Patient', id: 'p', name: [{ family: `Family${n}` }] };
    const written = await ask(`${base}/Patient/p`, 'PUT', patient);
    t.equal(written.headers.get('etag'), `W/"${n}"`);
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(`${base}/Patient/p`)));
    for (const answer of answers) t.equal(answer.headers.get('etag'), `W/"${n}"`);
    const found = (await (await ask(`${base}/Patient?family=family${n}&_id=p`)).json()) as {
      entry?: object[];
    };
    t.equal(found.entry?.length, 1);
  }
  child.kill('SIGTERM');
  t.equal(await ended, 0, 'ends in order');
  t.equal(said.err.replace(/.*(?:Warning|--trace-).*\n/g, ''), '', 'nothing on stderr');
});

t.test(
  'a process that is killed is replaced; nothing acknowledged is lost',
  { skip: linuxOnly },
  async (t) => {
    const { said, base, url, workers, databaseUrl, child, ended } = await serve(t);
    const writers = startWriters(base);
    await until(() => writers.acknowledged.size > 100, 'there are writes');
    const [victim, other] = workers() as [number, number];
    process.kill(victim, 'SIGKILL');
    const before = writers.acknowledged.size;
    await until(() => writers.acknowledged.size > before + 50, 'the service goes on');
    await until(() => workers().length === 2 && !workers().includes(victim), 'another process stands in');
    t.ok(workers().includes(other), 'the other one was left alone');
    t.match(said.out, /A server process ended \(SIGKILL\); another one starts in 100 ms\./);
    child.kill('SIGTERM');
    t.equal(await ended, 0);
    await writers.stop();
    t.strictSame(await lost(databaseUrl, writers.acknowledged), []);
    t.strictSame(await inconsistencies(databaseUrl, url), []);
    t.strictSame(
      [...writers.failures.keys()].filter((status) => status !== 0 && status !== 503),
      [],
      'no answer, or 503: never a failure of the server',
    );
  },
);

t.test('a first process that cannot start ends them all with one sentence', async (t) => {
  const port = await freePort();
  const { ended, said } = run(t, 'server/main.ts', ['--workers=2'], {
    DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none`,
  });
  t.equal(await ended, 1);
  const lines = said.err.split('\n').filter((line) => line && !/Warning|--trace-/.test(line));
  t.equal(lines.length, 1, said.err);
  t.match(lines[0], /cannot be reached\. Check DATABASE_URL/);
});
