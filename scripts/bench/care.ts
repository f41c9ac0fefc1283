// What the care rules cost: updates of tasks beside the same ones on this server with its rules taken out, as a nurse and with
// `--open`. https://hl7.org/fhir/R4/http.html#update
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { freePort } from '../../server/db/embedded.ts';
import { benchTask, fill } from './data.ts';
import { type Figure, figure, NO_END, NODE_FLAGS, path, withDatabase } from './run.ts';

const PATIENTS = 200;
const TASKS = 4_000;
/** One task in so many of benchTask is in progress. */
const STATUSES = 4;
const IN_PROGRESS = 2;
const CALLERS = 16;
const CONNECTIONS = '4';
const ROUNDS = 9;
const SECONDS = 3;
/** At most 15 % more work. */
const GOAL = 0.87;

interface Side {
  url: string;
  child: ChildProcess;
  headers: Record<string, string>;
  settle: () => Promise<void>;
}

async function tokenOf(url: string, user: string): Promise<string> {
  const answer = await fetch(`${url}/auth/demo-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  if (!answer.ok) throw new Error(`A token was answered with ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Waits until the audit of all requests is stored, which would slow the other side's turn down. */
async function settled(url: string, token: string): Promise<void> {
  for (let n = 0; n < 60; n++) {
    const answer = await fetch(`${url}/fhir/AuditEvent?_count=1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await answer.arrayBuffer();
    if (answer.ok) return;
  }
  throw new Error('The audit is not stored.');
}

async function start(databaseUrl: string, rules: 'with' | 'without', folder?: string): Promise<Side> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = fork(path('./care-server.ts'), [rules, ...(folder ? [] : ['--open'])], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      LOG_LEVEL: 'error',
      DB_CONNECTIONS: CONNECTIONS,
      DEMO: folder ? 'on' : 'off',
      ...(folder && { DATA_DIR: join(folder, rules), RATE_LIMIT: NO_END, AUTH_RATE_LIMIT: NO_END }),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: NODE_FLAGS,
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('The server did not start.'))),
  ]);
  const headers: Record<string, string> = { 'content-type': 'application/fhir+json' };
  if (!folder) return { url, child, headers, settle: async () => {} };
  const auditor = await tokenOf(url, 'auditor');
  headers.authorization = `Bearer ${await tokenOf(url, 'nurse')}`;
  return { url, child, headers, settle: () => settled(url, auditor) };
}

/** Updates of the tasks of one caller: nobody waits for another's. */
function updatesOf(caller: number, now: Date, headers: Record<string, string>) {
  const own: { method: 'PUT'; path: string; headers: Record<string, string>; body: string }[] = [];
  for (let n = caller * STATUSES + IN_PROGRESS; n < TASKS; n += CALLERS * STATUSES) {
    const note = [{ text: 'Second try: no answer. Her sister says that the evening is better.' }];
    const body = JSON.stringify({ ...benchTask(n, PATIENTS, now), id: `bench-${n}`, note });
    own.push({ method: 'PUT', path: `/fhir/Task/bench-${n}`, headers, body });
  }
  return own;
}

async function rateOf({ url, headers, settle }: Side, now: Date): Promise<number> {
  let caller = 0;
  const result = await autocannon({
    url,
    connections: CALLERS,
    duration: SECONDS,
    setupClient: (client) => client.setRequests(updatesOf(caller++, now, headers)),
  });
  if (result.non2xx || result.errors)
    throw new Error(`${result.non2xx} updates were not answered with 2xx, ${result.errors} failed.`);
  await settle();
  return result.requests.total / result.duration;
}

/** Rates of both sides by turns; the first round warms both up, and each round begins with the other side. */
async function byTurns(ours: Side, limit: Side, now: Date): Promise<{ ours: number[]; limit: number[] }> {
  const rates: { ours: number[]; limit: number[] } = { ours: [], limit: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const turns = [
      { side: ours, list: rates.ours },
      { side: limit, list: rates.limit },
    ];
    for (const { side, list } of round % 2 ? turns : turns.reverse()) {
      const rate = await rateOf(side, now);
      if (round) list.push(rate);
    }
  }
  return rates;
}

async function measure(name: string, report: (figure: Figure) => void, folder?: string): Promise<void> {
  await withDatabase(async (databaseUrl) => {
    const now = new Date();
    // The first of them loads the demo stories, for its users.
    const ours = await start(databaseUrl, 'with', folder);
    const limit = await start(databaseUrl, 'without', folder);
    try {
      await fill(databaseUrl, PATIENTS, TASKS, now);
      const rates = await byTurns(ours, limit, now);
      report(figure(name, '/s', rates.ours, rates.limit, GOAL));
    } finally {
      for (const { child } of [ours, limit]) {
        child.kill();
        await once(child, 'exit');
      }
    }
  });
}

export async function careFigures(report: (figure: Figure) => void): Promise<void> {
  await measure('care: update of a task, --open', report);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-care-'));
  try {
    await measure('care: update of a task as a nurse', report, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
