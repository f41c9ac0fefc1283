// One picture: the window at a width and in a scheme, once nothing moves in it any more, as a small PNG.
// https://playwright.dev/docs/api/class-page#page-screenshot
import { writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { smaller } from './png.ts';
import { MOMENT, ZONE } from './server.ts';
import type { Window } from './window.ts';

/** How a window is looked at. */
export interface Sight {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

/** Milliseconds without a change of the page after which it counts as still. */
const STILL = 350;
const PATIENCE = 8_000;

/** Opens a window whose clock stands where the server's does. */
export async function openWindow(
  browser: Browser,
  url: string,
  lang: string,
  { width, height, colorScheme }: Sight,
): Promise<Window> {
  const context = await browser.newContext({
    ...{ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' as const },
    ...{ locale: lang === 'es' ? 'es-US' : 'en-US', timezoneId: ZONE },
  });
  await context.clock.setFixedTime(MOMENT);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) problems.push(message.text());
  });
  return { page, url, lang, problems };
}

/** Waits until the page has fonts, shows no skeleton in sight, and has not changed for a moment. */
const STAND_STILL = `document.fonts.ready.then(() => new Promise((done) => {
  let changed = performance.now();
  const started = changed;
  new MutationObserver(() => { changed = performance.now(); })
    .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  const inSight = (one) => {
    const { top, bottom } = one.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const look = () => {
    const now = performance.now();
    const waits = [...document.querySelectorAll('[data-loading], .mantine-Skeleton-root')].some(inSight);
    if ((now - changed > ${STILL} && !waits) || now - started > ${PATIENCE}) done();
    else setTimeout(look, 50);
  };
  look();
}))`;

/**
 * Takes a picture of a window and keeps it; the pointer is out of the way.
 * @param top what is to stand at its top, as a selector
 * @returns its size in bytes
 */
export async function take({ page }: Window, sight: Sight, file: URL, top?: string): Promise<number> {
  const { width, height, colorScheme } = sight;
  await page.setViewportSize({ width, height });
  await page.mouse.move(0, 0);
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.evaluate(STAND_STILL);
  if (top) {
    await page.evaluate(`scrollBy(0, document.querySelector('${top}').getBoundingClientRect().top - 72)`);
    await page.evaluate(STAND_STILL);
  }
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const bytes = smaller(png);
  writeFileSync(file, bytes);
  return bytes.length;
}
