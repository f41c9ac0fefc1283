// kill -9 in the middle of writes, of the server and of PostgreSQL: what was acknowledged is there, and everything agrees.
// https://hl7.org/fhir/R4/http.html#transactional-integrity
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { freePort } from '../../db/embedded.ts';
import { inconsistencies } from '../consistency.ts';
import { createDatabase } from '../helpers/database.ts';
import { run, until } from '../helpers/process.ts';
import { lost, quiet, startWriters } from '../helpers/writers.ts';

function dataFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-kill-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server process that listens. */
async function serve(t: Test, env: Record<string, string>) {
  const program = run(t, 'server/main.ts', ['--open'], { DEMO: 'off', ...env });
  await until(() => program.said.out.includes('Try this'), 'the server listens');
  return program;
}

t.test('a server that is killed in the middle of writes loses nothing that it acknowledged', async (t) => {
  const { url: databaseUrl } = await createDatabase(t);
  const port = String(await freePort());
  const env = { DATABASE_URL: databaseUrl, DATA_DIR: dataFolder(t), PORT: port };
  const base = `http://127.0.0.1:${port}/fhir`;
  const { child, ended } = await serve(t, env);
  const writers = startWriters(base);
  await until(() => writers.acknowledged.size > 150, 'there are writes');
  child.kill('SIGKILL');
  t.equal(await ended, null);
  await writers.stop();
  t.ok(writers.failures.get(0), 'it was killed while requests were under way');
  await quiet(databaseUrl);
  t.strictSame(await lost(databaseUrl, writers.acknowledged), []);
  t.strictSame(await inconsistencies(databaseUrl, `http://127.0.0.1:${port}`), []);

  await serve(t, env);
  const again = startWriters(base, 2);
  await until(() => again.acknowledged.size > 20, 'the next server goes on');
  await again.stop();
  t.strictSame([...again.failures], []);
});

t.test(
  'a PostgreSQL that is killed in the middle of writes loses nothing that was acknowledged',
  async (t) => {
    const folder = dataFolder(t);
    const startDatabase = async () => {
      const program = run(t, 'server/test/helpers/embedded.ts', [folder], {});
      await until(() => program.said.out.includes('\n'), 'PostgreSQL runs');
      return { program, url: program.said.out.trim() };
    };
    const database = await startDatabase();
    t.teardown(() => {
      try {
        process.kill(postmaster(), 'SIGKILL');
      } catch (error) {
        // It has gone already.
        if (!['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    });
    const postmaster = () =>
      Number(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n', 1)[0]);
    const port = String(await freePort());
    await serve(t, { DATABASE_URL: database.url, DATA_DIR: dataFolder(t), PORT: port });
    const base = `http://127.0.0.1:${port}/fhir`;
    const writers = startWriters(base);
    await until(() => writers.acknowledged.size > 150, 'there are writes');
    process.kill(postmaster(), 'SIGKILL');
    await until(() => (writers.failures.get(503) ?? 0) > 0, 'the server says 503');
    const before = writers.acknowledged.size;
    database.program.child.kill('SIGKILL');
    await database.program.ended;
    const { url } = await startDatabase();
    t.equal(url, database.url, 'it is back at its old address');
    await until(() => writers.acknowledged.size > before + 60, 'the same server goes on');
    await writers.stop();
    t.strictSame(
      [...writers.failures.keys()].filter((status) => status !== 503),
      [],
      'nothing but 503 meanwhile',
    );
    t.strictSame(await lost(url, writers.acknowledged), []);
    t.strictSame(await inconsistencies(url, `http://127.0.0.1:${port}`), []);
  },
);
