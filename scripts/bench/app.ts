// What people wait for in the app, in a real Chromium: the first useful paint on a slow processor, the first rows of a long
// work list, and how it scrolls.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Resource, Task } from '@medplum/fhirtypes';
import type { Browser, Page } from 'playwright-core';
import { openPool } from '../../server/db/pool.ts';
import { buildAppIfStale } from '../app-build.ts';
import { openBrowser } from '../browser.ts';
import { CB } from './data.ts';
import { load } from './load.ts';
import { type Figure, figure, median, startServer, withDatabase } from './run.ts';

const TASKS = 10_000;
const PEOPLE = 2_500;
const ROUNDS = 5;
/** The processor of the browser is slowed by this. */
const SLOWED = 4;
const PAINT_GOAL = 1_000;
const ROWS_GOAL = 300;
const SCRIPT_GOAL = 250_000;
/** Frames that scrolling is watched for. */
const FRAMES = 240;
const HOUR = 3_600_000;

const person = (n: number): Resource => ({
  resourceType: 'Patient',
  id: `bench-${n}`,
  name: [{ family: `Family${n}`, given: ['Given'] }],
});

const STATUSES = ['accepted', 'in-progress', 'ready', 'requested'] as const;

/** Open work of the demo's nurse and of her pool, some of it late. */
const taskOf = (n: number, now: number): Task => ({
  resourceType: 'Task',
  id: `bench-${n}`,
  status: STATUSES[n % 4]!,
  intent: 'order',
  priority: n % 9 ? 'routine' : 'urgent',
  code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'coord-lab' }] },
  description: `Laboratory test ${n}`,
  for: { reference: `Patient/bench-${n % PEOPLE}` },
  requester: { reference: 'PractitionerRole/physician' },
  owner: { reference: 'PractitionerRole/nurse' },
  performerType: [{ coding: [{ system: `${CB}/CodeSystem/cn-role`, code: 'rn' }] }],
  authoredOn: new Date(now - n * HOUR).toISOString(),
  restriction: { period: { end: new Date(now + (n - TASKS / 3) * 0.2 * HOUR).toISOString() } },
});

/** A row of work: in a lane, or in the list. */
const ROW = 'main section li, [role=grid] [data-id]';

/** Notes in the page when the first row of work has been painted: `window.firstRow`, ms since the navigation. */
const WATCH = `{
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => { window.firstRow = performance.now(); }));
  const found = () => document.querySelector('${ROW}');
  const watcher = new MutationObserver(() => { if (found()) { watcher.disconnect(); painted(); } });
  watcher.observe(document, { childList: true, subtree: true });
}`;

interface Opened {
  page: Page;
  /** Milliseconds from the app's own page to the first row, painted. */
  rows: number;
  /** Milliseconds from the launch to the first row, the way over the sign-in server with it. */
  launch: number;
}

async function open(browser: Browser, url: string, launch: object, slowed: number): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-US' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.addInitScript(WATCH);
  if (slowed > 1) {
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowed });
  }
  const answer = await fetch(`${url}/ehr/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(launch),
  });
  const { url: address } = (await answer.json()) as { url: string };
  const started = Date.now();
  await page.goto(address, { waitUntil: 'commit' });
  await page.locator(ROW).first().waitFor();
  while (!(await page.evaluate<boolean>('window.firstRow !== undefined'))) await wait(20);
  const [rows, origin] = await page.evaluate<[number, number]>('[window.firstRow, performance.timeOrigin]');
  return { page, rows, launch: origin + rows - started };
}

/** Milliseconds from the first request for tasks to the first row, painted. */
const sinceAsked = (page: Page): Promise<number> =>
  page.evaluate<number>(
    `window.firstRow - performance.getEntriesByType('resource').find(({ name }) => /\\/Task\\?/.test(name)).startTime`,
  );

/** Bytes, compressed, of the scripts that were there when the first row was painted. */
async function scriptBytes(page: Page): Promise<number> {
  const urls = await page.evaluate<string[]>(
    `performance.getEntriesByType('resource').filter(({ name, responseEnd }) => /\\.js$/.test(name) && responseEnd < window.firstRow).map(({ name }) => name)`,
  );
  const sizes = await Promise.all(
    urls.map(async (one) => gzipSync(await (await fetch(one)).text(), { level: 9 }).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Frames a second while the page scrolls by `step` pixels a frame; 0: while nothing happens. */
const frameRate = (page: Page, step: number): Promise<number> =>
  page.evaluate<number>(`new Promise((done) => {
    let count = 0;
    const start = performance.now();
    const next = () => {
      if (${step}) scrollBy(0, ${step});
      if (++count < ${FRAMES}) requestAnimationFrame(next);
      else done(count / ((performance.now() - start) / 1000));
    };
    requestAnimationFrame(next);
  })`);

async function paintFigures(browser: Browser, url: string, report: (figure: Figure) => void): Promise<void> {
  const launch = { user: 'nurse', patient: 'ana-reyes' };
  // The first start of anything is of the machine.
  await (await open(browser, url, launch, 1)).page.context().close();
  const opened: Opened[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const one = await open(browser, url, launch, SLOWED);
    bytes = await scriptBytes(one.page);
    await one.page.context().close();
    opened.push(one);
  }
  const each = (value: number) => opened.map(() => value);
  report(
    figure(
      'app: first useful paint, CPU slowed 4 times',
      'ms',
      opened.map(({ rows }) => rows),
      each(PAINT_GOAL),
      1,
      false,
    ),
  );
  report(
    figure(
      'app: the same from the launch, over the sign-in server',
      'ms',
      opened.map((one) => one.launch),
      each(2 * PAINT_GOAL),
      1,
      false,
    ),
  );
  report(figure('app: scripts until then, compressed', 'bytes', [bytes], [SCRIPT_GOAL], 1, false));
}

async function listFigures(browser: Browser, url: string, report: (figure: Figure) => void): Promise<void> {
  const rows: number[] = [];
  const rates: number[] = [];
  const idle: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { page } = await open(browser, url, { user: 'nurse' }, 1);
    rows.push(await sinceAsked(page));
    // The rest of the list is read meanwhile.
    await wait(5_000);
    idle.push(await frameRate(page, 0));
    rates.push(await frameRate(page, 120));
    await page.context().close();
  }
  report(
    figure(
      `app: ${TASKS} open tasks, first rows`,
      'ms',
      rows,
      rows.map(() => ROWS_GOAL),
      1,
      false,
    ),
  );
  report(figure(`app: ${TASKS} open tasks, scrolling`, 'fps', rates, idle, 0.97));
  if (median(idle) < 55) throw new Error('This browser draws fewer than 55 frames a second while idle.');
}

/** What autovacuum does within minutes. */
async function analyse(databaseUrl: string): Promise<void> {
  const sql = openPool(databaseUrl, { max: 1, statementTimeout: 600_000 });
  await sql.unsafe('vacuum analyze');
  await sql.end();
}

export async function appFigures(report: (figure: Figure) => void): Promise<void> {
  await buildAppIfStale();
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-app-'));
  await withDatabase(async (databaseUrl) => {
    const { url, child } = await startServer({ databaseUrl, connections: 4 }, { folder, demo: true });
    const browser = await openBrowser();
    try {
      await paintFigures(browser, url, report);
      const now = Date.now();
      await load(databaseUrl, PEOPLE, (n) => [person(n)]);
      await load(databaseUrl, TASKS, (n) => [taskOf(n, now)]);
      await analyse(databaseUrl);
      await wait(10_000);
      await listFigures(browser, url, report);
    } finally {
      await browser.close();
      child.kill();
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
