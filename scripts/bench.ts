// `npm run bench`: this server beside a bare Fastify handler that runs the same single SQL statement, in one run, as ratios.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { freePort, startEmbedded } from '../server/db/embedded.ts';
import { type BareInput, benchTask, fill, statementsOf } from './bench/data.ts';

const PATIENTS = 2_000;
const TASKS = 20_000;
const CONNECTIONS = 32;
const DATABASE_CONNECTIONS = 2;
const ROUNDS = 5;
const SECONDS = 4;
const REQUESTS = 1_000;

const say = (line: string) => process.stdout.write(`${line}\n`);
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The flags that `npm start` gives to Node. */
const NODE_FLAGS = (
  JSON.parse(readFileSync(path('../package.json'), 'utf8')) as { scripts: { start: string } }
).scripts.start
  .split(' ')
  .filter((word) => word.startsWith('--'));

async function startServer(databaseUrl: string, port: number): Promise<ChildProcess> {
  const child = fork(path('../server/main.ts'), ['--open'], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      DEMO: 'off',
      DB_CONNECTIONS: String(DATABASE_CONNECTIONS),
    },
    silent: true,
    execArgv: NODE_FLAGS,
  });
  child.stderr?.pipe(process.stderr);
  for (let n = 0; n < 200; n++) {
    if (
      await fetch(`http://127.0.0.1:${port}/livez`).then(
        (r) => r.ok,
        () => false,
      )
    )
      return child;
    await new Promise((wait) => setTimeout(wait, 50));
  }
  throw new Error('The server did not start.');
}

function startBare(input: BareInput, folder: string): Promise<ChildProcess> {
  const child = fork(path('./bench/bare.ts'), [JSON.stringify(input)], { stdio: 'inherit' });
  return new Promise((ready, failed) => {
    child.once('message', () => ready(child));
    child.once('exit', (code) => failed(new Error(`The bare handler ended with ${code}; see ${folder}.`)));
  });
}

interface Load {
  url: string;
  requests: { method: 'GET' | 'POST'; path: string; body?: string; headers?: Record<string, string> }[];
}

/** Requests a second of one round; any answer but 2xx ends the run. */
async function measure({ url, requests }: Load, seconds: number): Promise<{ rate: number; p99: number }> {
  const result = await autocannon({ url, connections: CONNECTIONS, duration: seconds, requests });
  if (result.non2xx || result.errors)
    throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} failed: ${url}`);
  return { rate: result.requests.total / result.duration, p99: result.latency.p99 };
}

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const residentMegabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

const headers = { 'content-type': 'application/fhir+json' };
const numbers = Array.from({ length: REQUESTS }, (_, n) => n);
const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
const database = await startEmbedded(folder);
const children: ChildProcess[] = [];
try {
  say(
    `${cpus()[0]!.model.trim()}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`,
  );
  say(`Loading ${PATIENTS} patients and ${TASKS} tasks …`);
  await fill(database.url, PATIENTS, TASKS, new Date());

  const [port, barePort] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${port}/fhir`;
  const queryOf = (n: number) => `patient=bench-${(n * 7) % PATIENTS}&status=in-progress`;
  const { searches, rids, typeId } = await statementsOf(database.url, numbers.map(queryOf), base);
  const taskOf = (n: number) => `bench-${(n * 17) % TASKS}`;
  const readSql = `select version, last_updated, deleted, method, content from resource r where rid = $1::bigint and id = $2::text and type = ${typeId}`;
  const server = await startServer(database.url, port);
  const bare = await startBare(
    {
      databaseUrl: database.url,
      connections: DATABASE_CONNECTIONS,
      port: barePort,
      readSql,
      searchSql: searches[0]!.text,
      reads: numbers.map((n) => [rids(`Task/${taskOf(n)}`), taskOf(n)]),
      searches: searches.map((search) => search.values),
    },
    folder,
  );
  children.push(server, bare);

  const bodies = numbers.map((n) => JSON.stringify(benchTask(n * 4, PATIENTS, new Date())));
  const get = (address: (n: number) => string): Load['requests'] =>
    numbers.map((n) => ({ method: 'GET', path: address(n) }));
  const post = (address: string): Load['requests'] =>
    bodies.map((body) => ({ method: 'POST', path: address, body, headers }));
  const rows: { name: string; goal: number; ours: Load['requests']; limit: Load['requests'] }[] = [
    { name: 'read', goal: 0.7, ours: get((n) => `/fhir/Task/${taskOf(n)}`), limit: get((n) => `/read/${n}`) },
    { name: 'create, validated and indexed', goal: 0.3, ours: post('/fhir/Task'), limit: post('/create') },
    {
      name: 'search, first page of Task?patient=&status=',
      goal: 0.5,
      ours: get((n) => `/fhir/Task?${queryOf(n)}`),
      limit: get((n) => `/search/${n}`),
    },
  ];
  const chosen = process.argv.slice(2);
  const report: object[] = [];
  say(
    `${CONNECTIONS} connections, ${DATABASE_CONNECTIONS} to the database, ${ROUNDS} rounds of ${SECONDS} s in turn, medians\n`,
  );
  say(
    `${'what'.padEnd(46)}${'ours/s'.padStart(9)}${'bare/s'.padStart(9)}${'ratio'.padStart(8)}${'goal'.padStart(7)}${'p99 ms'.padStart(8)}`,
  );
  for (const { name, goal, ours, limit } of rows.filter(
    (row) => !chosen.length || chosen.some((word) => row.name.startsWith(word)),
  )) {
    const [mine, theirs, ratios, p99s]: number[][] = [[], [], [], []];
    for (let round = 0; round <= ROUNDS; round++) {
      const a = await measure({ url: `http://127.0.0.1:${port}`, requests: ours }, SECONDS);
      const b = await measure({ url: `http://127.0.0.1:${barePort}`, requests: limit }, SECONDS);
      // The first round warms both up.
      if (!round) continue;
      mine!.push(a.rate);
      theirs!.push(b.rate);
      ratios!.push(a.rate / b.rate);
      p99s!.push(a.p99);
    }
    const ratio = median(ratios!);
    report.push({ name, ours: mine, bare: theirs, ratio, goal });
    say(
      `${name.padEnd(46)}${median(mine!).toFixed(0).padStart(9)}${median(theirs!).toFixed(0).padStart(9)}${ratio.toFixed(2).padStart(8)}${`≥ ${goal}`.padStart(7)}${median(p99s!).toFixed(0).padStart(8)}${ratio < goal ? '  missed' : ''}`,
    );
  }
  const memory = residentMegabytes(server.pid!);
  say(`\nmemory of the server process after the run: ${memory.toFixed(0)} MB (goal < 300 MB)`);
  const output = process.env.BENCH_JSON;
  if (output) writeFileSync(output, `${JSON.stringify({ rows: report, memory }, null, 2)}\n`);
} finally {
  for (const child of children) child.kill();
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}
