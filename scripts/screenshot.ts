// npm run screenshot: pictures of the app in the demo chart for the README, taken in a real Chromium.
// Uses the server that runs on PORT, and starts one for the time being when none does.
import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, type Frame, type Page, chromium as playwright } from 'playwright-core';
import { readConfig } from '../server/config.ts';

const SYSTEM_CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PATIENT = 'ana-reyes';
const START_WITHIN = 60_000;

interface Picture {
  file: string;
  frame: '380' | '900' | 'full';
  width: number;
  height: number;
  colorScheme: 'light' | 'dark';
}

const PICTURES: readonly Picture[] = [
  { file: 'app.png', frame: '900', width: 1280, height: 860, colorScheme: 'light' },
  { file: 'app-380.png', frame: '380', width: 1280, height: 860, colorScheme: 'light' },
  { file: 'app-dark.png', frame: '900', width: 1280, height: 860, colorScheme: 'dark' },
];

/**
 * Unpacks the Chromium that comes as a package, once. It gets its name only when it is whole: the package's own
 * unpacking writes in place, and a second process would run half a file.
 */
async function packagedChromium(): Promise<string> {
  const packed = new URL('../bin/chromium.br', import.meta.resolve('@sparticuz/chromium'));
  const folder = fileURLToPath(new URL('../node_modules/.cache/throughline/', import.meta.url));
  const path = join(folder, 'chromium');
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  await pipeline(
    createReadStream(packed),
    createBrotliDecompress(),
    createWriteStream(unfinished, { mode: 0o755 }),
  );
  renameSync(unfinished, path);
  return path;
}

/** A Chromium: the system's where there is one, else the one that comes as a package. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = SYSTEM_CHROMIUM.find((path) => existsSync(path)) ?? (await packagedChromium());
  return playwright.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
  });
}

/** How a chart is looked at; by default a light one of 1280 by 860 pixels. */
export interface ChartView {
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
}

/**
 * Opens the demo chart and waits for the app in its frame.
 * @param url address of the server
 * @param hash the choice in the chart's address: `user=nurse&patient=ana-reyes&frame=900`
 * @returns `problems` collects uncaught errors and violations of the content security policy
 */
export async function openChart(browser: Browser, url: string, hash: string, view: ChartView = {}) {
  const { width = 1280, height = 860, colorScheme = 'light' } = view;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) problems.push(message.text());
  });
  await page.goto(`${url}/ehr/#${hash}`);
  return { page, frame: await appFrame(page), problems };
}

/** The frame with the app in it, once it shows work; otherwise the error says what it shows instead. */
export async function appFrame(page: Page): Promise<Frame> {
  const app = page.frameLocator('iframe');
  const shown = app.getByRole('main').getByRole('group').first();
  await shown.waitFor().catch(async (error: Error) => {
    throw new Error(`${error.message}\nThe frame shows: ${await app.locator('body').innerText()}`);
  });
  return page.frames()[1]!;
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`).then(
    (response) => response.ok,
    () => false,
  );

/** Starts a server of its own and waits until it answers. */
async function startServer(url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('start.ts', import.meta.url))], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const until = Date.now() + START_WITHIN;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill();
      throw new Error(`No server answered at ${url} within ${START_WITHIN / 1000} s.`);
    }
    await new Promise((done) => setTimeout(done, 250));
  }
  return child;
}

async function take(browser: Browser, url: string, { file, frame, ...view }: Picture): Promise<void> {
  const { page } = await openChart(browser, url, `user=nurse&patient=${PATIENT}&frame=${frame}`, view);
  const path = fileURLToPath(new URL(`../docs/images/${file}`, import.meta.url));
  await page.screenshot({ path });
  await page.close();
  process.stdout.write(`docs/images/${file}\n`);
}

async function main(): Promise<void> {
  const url = readConfig(process.env).publicUrl;
  const server = (await answers(url)) ? undefined : await startServer(url);
  const browser = await openBrowser();
  try {
    mkdirSync(new URL('../docs/images/', import.meta.url), { recursive: true });
    for (const picture of PICTURES) await take(browser, url, picture);
  } finally {
    await browser.close();
    server?.kill();
  }
}

if (import.meta.main) await main();
