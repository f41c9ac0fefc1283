// The app in frames from 320 to 2,560 pixels, at 400 % zoom, with reduced motion and with the colours of the system forced on it.
// https://www.w3.org/WAI/WCAG22/Understanding/reflow.html · https://www.w3.org/WAI/WCAG22/Understanding/focus-not-obscured-minimum.html
import type { Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { openBrowser } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

t.setTimeout(180_000);
await buildAppIfStale();
const { url } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());

const WIDTHS = [320, 380, 500, 700, 900, 1100, 1600, 2560];
/** What 1,280 by 1,024 pixels are at 400 %. */
const ZOOMED = { width: 320, height: 256 };

async function launch(page: Page, patient?: string): Promise<void> {
  page.setDefaultTimeout(10_000);
  const answer = await fetch(`${url}/ehr/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'nurse', needPatientBanner: true, ...(patient && { patient }) }),
  });
  await page.goto(((await answer.json()) as { url: string }).url);
  if (patient) await page.getByRole('main').getByRole('group').first().waitFor();
  else await page.getByRole('row').nth(1).waitFor();
}

const overflows = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

for (const patient of ['ana-reyes', undefined]) {
  const what = patient ? 'patient' : 'work list';
  t.test(`The ${what} scrolls in one direction only, from 320 to 2,560 pixels`, async (t) => {
    const page = await browser.newPage({ locale: 'es-MX' });
    await launch(page, patient);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForTimeout(100);
      t.ok((await overflows(page)) <= 0, `${width} pixels`);
    }
    await page.close();
  });

  t.test(`At 400 % zoom nothing of the ${what} that has the focus is hidden`, async (t) => {
    const page = await browser.newPage({ locale: 'en-US', viewport: ZOOMED });
    await launch(page, patient);
    t.ok((await overflows(page)) <= 0);
    const hidden: string[] = [];
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      const found = await page.evaluate<string | undefined>(`(() => {
        const focused = document.activeElement;
        if (!focused || focused === document.body) return undefined;
        const { left, right, top, bottom } = focused.getBoundingClientRect();
        const at = (share, from, to) => from + (to - from) * share;
        const seen = [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) => {
          const there = document.elementFromPoint(at(x, left, right), at(y, top, bottom));
          return there && (focused.contains(there) || there.contains(focused) || there.closest('label')?.contains(focused));
        }));
        return seen ? undefined : focused.outerHTML.slice(0, 120);
      })()`);
      if (found) hidden.push(found);
    }
    t.same(hidden, []);
    await page.close();
  });
}

t.test('Nothing moves for longer than 150 ms, and nothing at all for whom motion is too much', async (t) => {
  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    const page = await browser.newPage({ locale: 'en-US', reducedMotion });
    await page.addInitScript(`window.longest = 0; (function look() {
      for (const animation of document.getAnimations())
        window.longest = Math.max(window.longest, Number(animation.effect.getComputedTiming().endTime));
      requestAnimationFrame(look);
    })()`);
    await launch(page, 'ana-reyes');
    await page
      .getByRole('button', { name: /^More for / })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Put on hold…' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const longest = await page.evaluate<number>('window.longest');
    t.ok(longest <= (reducedMotion === 'reduce' ? 0 : 150), `${reducedMotion}: ${longest} ms`);
    await page.close();
  }
});

t.test('With the colours of the system every control still has an edge, and the focus a ring', async (t) => {
  const page = await browser.newPage({
    locale: 'en-US',
    forcedColors: 'active',
    viewport: { width: 900, height: 800 },
  });
  await launch(page, 'ana-reyes');
  const bare = await page.evaluate<string[]>(`[...document.querySelectorAll('.mantine-Button-root')]
    .filter((button) => parseFloat(getComputedStyle(button).borderTopWidth) < 1)
    .map((button) => button.textContent)`);
  t.same(bare, []);
  await page.keyboard.press('Tab');
  t.ok(
    await page.evaluate<boolean>(`parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2`),
  );
  await page.close();
});
