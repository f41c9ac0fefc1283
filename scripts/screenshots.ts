// npm run screenshots [-- name …]: pictures of every screen at three widths, light and dark, for docs/app.md and the README.
// They are taken in a real Chromium from a server of their own, with the demo stories and a clock that stands still.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { buildAppIfStale } from './app-build.ts';
import { openBrowser } from './browser.ts';
import { openWindow, type Sight, take } from './screenshots/picture.ts';
import { SCREENS } from './screenshots/screens.ts';
import { startDemo } from './screenshots/server.ts';
import type { Screen } from './screenshots/window.ts';

const FOLDER = new URL('../docs/images/', import.meta.url);
const PAGES = ['../docs/app.md', '../README.md'];

/** What each screen is looked at as; the widths are those of a side panel, a tab and a whole window. */
const WINDOWS = { 1440: 900, 900: 700, 380: 760 } as const;
const SIGHTS: readonly Sight[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  Object.entries(WINDOWS).map(([width, height]) => ({ width: Number(width), height, colorScheme })),
);
/** Where a screen is opened: nothing is behind a tab there. */
const WIDEST: Sight = { width: 1440, height: WINDOWS[1440], colorScheme: 'light' };
const SPANISH: Sight = { width: 900, height: WINDOWS[900], colorScheme: 'light' };

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Takes the pictures of a screen in one window, which is made wider, narrower, light and dark. */
async function photograph(browser: Browser, url: string, screen: Screen): Promise<void> {
  for (const lang of screen.spanish ? ['en', 'es'] : ['en']) {
    const window = await openWindow(browser, url, lang, WIDEST);
    await screen.open(window);
    for (const sight of lang === 'en' ? SIGHTS : [SPANISH]) {
      const name = [screen.name, sight.width, sight.colorScheme === 'dark' && 'dark', lang === 'es' && 'es'];
      const file = `${name.filter(Boolean).join('-')}.png`;
      const size = await take(window, sight, new URL(file, FOLDER), screen.top);
      say(`docs/images/${file} ${Math.round(size / 1024)} kB`);
    }
    for (const problem of window.problems) say(`  ${screen.name}: ${problem}`);
    await window.page.context().close();
  }
}

/** What the pages show and is not there, and what is there and no page shows; a sentence each. */
function amiss(): string[] {
  const text = PAGES.map((page) => readFileSync(new URL(page, import.meta.url), 'utf8')).join('\n');
  const shown = new Set([...text.matchAll(/images\/([\w-]+\.png)/g)].map(([, file]) => file!));
  const there = new Set(readdirSync(FOLDER));
  return [
    ...[...shown].filter((file) => !there.has(file)).map((file) => `${file} is shown, but not there.`),
    ...[...there].filter((file) => !shown.has(file)).map((file) => `${file} is there, but not shown.`),
  ];
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !SCREENS.some((screen) => screen.name === name));
  if (unknown)
    throw new Error(`There is no screen "${unknown}". Known: ${SCREENS.map(({ name }) => name).join(', ')}.`);
  await buildAppIfStale();
  if (names.length === 0) rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const browser = await openBrowser();
  const server = await startDemo();
  const failed: string[] = [];
  try {
    for (const screen of SCREENS.filter(({ name }) => names.length === 0 || names.includes(name)))
      await photograph(browser, server.url, screen).catch((error: Error) => {
        failed.push(`${screen.name}: ${error.message}`);
      });
  } finally {
    await browser.close();
    await server.close();
  }
  const bytes = readdirSync(FOLDER).reduce((sum, file) => sum + statSync(new URL(file, FOLDER)).size, 0);
  say(`${readdirSync(FOLDER).length} pictures, ${(bytes / 1024 / 1024).toFixed(1)} MB`);
  const wrong = [...failed, ...amiss()];
  for (const sentence of wrong) say(sentence);
  if (wrong.length > 0) process.exitCode = 1;
}

await main(process.argv.slice(2));
