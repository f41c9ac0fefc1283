// npm run screenshot: pictures of the app in the demo chart for the README, taken in a real Chromium.
// Uses the server that runs on PORT, and starts one for the time being when none does.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';
import { readConfig } from '../server/config.ts';

const SYSTEM_CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PATIENT = 'ana-reyes';
const LATE = 'Call Ana within two business days';
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

/** A Chromium: the system's where there is one, else the one that comes as a package. */
export async function openBrowser(): Promise<Browser> {
  const executablePath =
    SYSTEM_CHROMIUM.find((path) => existsSync(path)) ?? (await chromium.executablePath());
  return playwright.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
  });
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

async function take(browser: Browser, url: string, { file, frame, width, height, colorScheme }: Picture) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, locale: 'en-US' });
  await page.goto(`${url}/ehr/#user=nurse&patient=${PATIENT}&frame=${frame}`);
  await page.frameLocator('iframe').getByRole('button', { name: LATE, exact: true }).waitFor();
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
