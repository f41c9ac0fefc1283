// The process: it starts or says in one sentence why not, and ends in order. Settings: server/config.ts
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { freePort } from '../../db/embedded.ts';
import { createDatabase } from '../helpers/database.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'throughline-process-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const { url: databaseUrl } = await createDatabase(t);
t.jobs = 2;

/** Starts the server with settings of its own and collects what it says. */
function start(t: Test, env: Record<string, string>, args: string[] = []) {
  const child = spawn(process.execPath, ['--disable-warning=FSTDEP023', MAIN, ...args], {
    env: { PATH: process.env.PATH, DATA_DIR: folder, DATABASE_URL: databaseUrl, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const ended = new Promise<number | null>((done) => {
    child.once('close', done);
  });
  return { child, said, ended };
}

async function until(holds: () => boolean): Promise<void> {
  for (let n = 0; n < 1200 && !holds(); n++) await new Promise((done) => setTimeout(done, 25));
}

function taken(t: Test): Promise<number> {
  return new Promise((done) => {
    const holder = createServer().listen(0, '127.0.0.1', () =>
      done((holder.address() as { port: number }).port),
    );
    t.teardown(() => holder.close());
  });
}

/** It ends with code 1 and one sentence on stderr, without a stack. */
async function refuses(t: Test, { said, ended }: ReturnType<typeof start>, sentence: RegExp): Promise<void> {
  t.equal(await ended, 1, 'exit code');
  const lines = said.err
    .trim()
    .split('\n')
    .filter((line) => !line.includes('DeprecationWarning') && !line.includes('--trace-'));
  t.equal(lines.length, 1, `one line: ${said.err}`);
  t.match(lines[0], sentence);
  t.notMatch(said.err, /\bat .*\.ts:/, 'no stack');
}

t.test('a wrong setting stops the start and names the variable, the value and what is allowed', async (t) => {
  await refuses(t, start(t, { PORT: 'http' }), /^PORT is "http"; allowed is a port from \d to 65535\.$/);
  await refuses(
    t,
    start(t, { DATABASE_URL: 'mysql://x' }),
    /^DATABASE_URL is "mysql:\/\/x"; allowed is a postgres:\/\/ URL\.$/,
  );
  await refuses(
    t,
    start(t, {}, ['--opne']),
    /^Unknown option --opne\. Allowed: --open, --workers auto\|N\.$/,
  );
});

t.test('--open binds loopback only', async (t) => {
  await refuses(
    t,
    start(t, { HOST: '0.0.0.0' }, ['--open']),
    /--open .*loopback; HOST is "0\.0\.0\.0"\. Use 127\.0\.0\.1\.$/,
  );
});

t.test('a port in use stops the start', async (t) => {
  const port = await taken(t);
  await refuses(
    t,
    start(t, { PORT: String(port) }),
    new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use\\. .*choose another`),
  );
});

t.test('a folder in which the audit journal cannot be kept stops the start', async (t) => {
  const data = join(folder, 'without-audit');
  mkdirSync(data);
  writeFileSync(join(data, 'audit'), 'no folder');
  await refuses(
    t,
    start(t, { DATA_DIR: data }),
    /^The audit journal cannot be kept in .*without-audit\/audit: .*\. Let this account write there, or choose another folder with DATA_DIR\.$/,
  );
});

t.test('an unreachable database stops the start, and its password is not shown', async (t) => {
  const port = await freePort();
  const url = `postgres://me:secret@127.0.0.1:${port}/none`;
  const process = start(t, { DATABASE_URL: url });
  await refuses(
    t,
    process,
    /^The database at postgres:\/\/me:\*\*\*@127\.0\.0\.1:\d+\/none cannot be reached\. Check DATABASE_URL/,
  );
  t.notMatch(process.said.err + process.said.out, 'secret');
});

t.test(
  'a warning is told when clients reach it without encryption, and it starts all the same',
  async (t) => {
    const port = await freePort();
    const env = { PORT: String(port), PUBLIC_URL: `http://care.example.org:${port}` };
    const { said } = start(t, env);
    await until(() => said.out.includes('Try this'));
    t.match(
      said.out,
      `Warning: clients reach this server at http://care.example.org:${port}, without encryption`,
    );
    t.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
  },
);

t.test('the database may be named by a file, for several processes too', async (t) => {
  const file = join(folder, 'database-url');
  writeFileSync(file, `${databaseUrl}\n`);
  const port = await freePort();
  const env = { DATABASE_URL: '', DATABASE_URL_FILE: file, PORT: String(port) };
  const { child, said, ended } = start(t, env, ['--open', '--workers', '2']);
  await until(() => said.out.includes('Processes    2'));
  t.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
  child.kill('SIGTERM');
  t.equal(await ended, 0);
  await refuses(
    t,
    start(t, { DATABASE_URL_FILE: file }),
    /^DATABASE_URL and DATABASE_URL_FILE are both set; set one of them\.$/,
  );
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} ends the process in order, with code 0`, async (t) => {
    const port = await freePort();
    const { child, said, ended } = start(t, { PORT: String(port) }, ['--open']);
    await until(() => said.out.includes('Try this'));
    t.match(said.out, `Throughline runs at http://127.0.0.1:${port}`);
    t.match(said.out, 'Authorization is off (--open)');
    for (const path of ['/readyz', '/fhir/metadata']) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      t.equal(answer.status, 200, path);
      await answer.text();
    }
    child.kill(signal);
    t.equal(await ended, 0);
    t.equal(said.err.replace(/.*(?:Warning|--trace-).*\n/g, ''), '', 'nothing on stderr');
  });
}
