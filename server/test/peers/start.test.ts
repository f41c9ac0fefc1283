// A start is light: it writes nothing to a database that is up to date, and is soon there.
// https://hl7.org/fhir/R4/http.html#capabilities
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { freePort } from '../../db/embedded.ts';
import { createDatabase } from '../helpers/database.ts';
import { run, until } from '../helpers/process.ts';
import { database, patient } from '../interaction/sample.ts';
import { rowsOfAll } from './servers.ts';

/** Starts the server's own program and waits until it answers. */
async function start(t: Test, databaseUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-start-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const port = String(await freePort());
  const since = performance.now();
  const program = run(t, 'server/main.ts', ['--open'], {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    PORT: port,
    DB_CONNECTIONS: '2',
  });
  await until(() => program.said.out.includes('Try this'), 'the server listens');
  const milliseconds = performance.now() - since;
  const stop = async () => {
    program.child.kill('SIGTERM');
    return program.ended;
  };
  return { ...program, base: `http://127.0.0.1:${port}/fhir`, milliseconds, stop };
}

// medplum PR #6845
t.test('a second start changes no row of the database, and what was there is served at once', async (t) => {
  const { url } = await createDatabase(t);
  const sql = database(t, url);
  const first = await start(t, url);
  const body = JSON.stringify({ ...patient('p'), id: 'p' });
  const headers = { 'content-type': 'application/fhir+json' };
  t.equal((await fetch(`${first.base}/Patient/p`, { method: 'PUT', headers, body })).status, 201);
  t.equal(await first.stop(), 0);
  const before = await rowsOfAll(sql);
  const second = await start(t, url);
  t.equal((await fetch(`${second.base}/Patient/p`)).status, 200);
  t.same(await rowsOfAll(sql), before);
  t.equal(await second.stop(), 0);
});

const linuxOnly = process.platform === 'linux' ? false : 'it reads the process from /proc';

// medplum PR #6845
t.test('a start takes less than ten seconds and 300 MB', { skip: linuxOnly }, async (t) => {
  const { url } = await createDatabase(t);
  const { child, base, milliseconds, stop } = await start(t, url);
  t.equal((await fetch(`${base}/metadata`)).status, 200);
  const memory = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]);
  t.ok(milliseconds < 10_000, `${Math.round(milliseconds)} ms`);
  t.ok(memory < 300_000, `${memory} kB at most`);
  await stop();
});
