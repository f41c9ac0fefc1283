// The app is usable at every width, in both languages, in light and dark, in a real Chromium.
// https://www.w3.org/TR/WCAG22/
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Locator, Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

const CALL = 'Call Ana within two business days';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

await buildAppIfStale();
const { url } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(180_000);

/** The demo chart with the app in its frame. */
const chart = (hash: string, view: ChartView = {}) => openChart(browser, url, hash, view);

/** Violations of WCAG A and AA that axe calls serious or critical. */
async function violations(frame: Frame | Page): Promise<string[]> {
  await frame.evaluate(AXE);
  return frame.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    .then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

const overflows = (frame: Frame): Promise<number> =>
  frame.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

t.test('At 320 px nothing scrolls sideways, in English and in Spanish', async (t) => {
  for (const lang of ['en', 'es']) {
    const { page, frame } = await chart(`user=nurse&patient=ana-reyes&frame=full&lang=${lang}`, {
      width: 320,
    });
    t.ok((await overflows(frame)) <= 0, `${lang}: the app fits`);
    t.ok((await overflows(page.mainFrame())) <= 0, `${lang}: the chart fits`);
    const other = lang === 'en' ? /Navigation/ : /Navegación/;
    await frame.getByRole('tab', { name: other }).click();
    t.ok((await overflows(frame)) <= 0, `${lang}: the other lane fits`);
    await page.close();
  }
});

t.test('At 400 % zoom the app and its dialogs can be used', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=full', { width: 320, height: 215 });
  t.ok((await overflows(page.mainFrame())) <= 0, 'the chart scrolls one way only');
  await frame.getByRole('button', { name: `Log contact: ${CALL}` }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Reached, all clear' }).check();
  await dialog.getByRole('button', { name: 'Log contact' }).scrollIntoViewIfNeeded();
  t.ok((await overflows(frame)) <= 0, 'the dialog fits');
  await page.close();
});

t.test('A dialog is opened, filled and left by the keyboard alone, and gives focus back', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=380');
  const opener = frame.getByRole('button', { name: `Log contact: ${CALL}` });
  await opener.focus();
  await page.keyboard.press('Enter');
  await frame.getByRole('radio', { name: 'Reached, all clear' }).and(frame.locator(':focus')).waitFor();
  await page.keyboard.press('Space');
  t.ok(await frame.getByRole('radio', { name: 'Reached, all clear' }).isChecked());
  await page.keyboard.press('Tab');
  await page.keyboard.type('Spoke with her.');
  t.equal(await frame.getByLabel('Note').inputValue(), 'Spoke with her.');
  await page.keyboard.press('Escape');
  await frame.getByRole('dialog').waitFor({ state: 'detached' });
  await opener.and(frame.locator(':focus')).waitFor();

  const more = frame.getByRole('button', { name: `More for ${CALL}` });
  await more.focus();
  await page.keyboard.press('Enter');
  await frame.getByRole('menuitem').first().and(frame.locator(':focus')).waitFor();
  const hold = frame.getByRole('menuitem', { name: 'Put on hold…' });
  const entries = await frame.getByRole('menuitem').allInnerTexts();
  for (let below = entries.indexOf(await hold.innerText()); below > 0; below--)
    await page.keyboard.press('ArrowDown');
  await hold.and(frame.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await frame.getByLabel('What is it waiting for?').and(frame.locator(':focus')).waitFor();
  await page.keyboard.press('Escape');
  await more.and(frame.locator(':focus')).waitFor();
  await page.close();
});

t.test('The app speaks Spanish, refusals included, and switches language in place', async (t) => {
  const { page, frame } = await chart('user=navigator&patient=ana-reyes&frame=900&lang=es');
  await frame.getByRole('heading', { name: 'Coordinación' }).waitFor();
  t.equal(await frame.evaluate('document.documentElement.lang'), 'es');
  await frame.getByRole('button', { name: /^Completar: Cardiology/ }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Completar' }).click();
  await dialog.getByText('Una tarea no se puede completar sin un resultado.').waitFor();
  await dialog.getByRole('radio', { name: 'Hecho como estaba previsto' }).check();
  await dialog.getByRole('button', { name: 'Completar' }).click();
  t.match(await dialog.getByRole('alert').innerText(), /Solo un profesional clínico con licencia/);
  await dialog.getByRole('button', { name: 'Cancelar' }).click();
  await dialog.waitFor({ state: 'detached' });
  await frame.getByRole('button', { name: 'English' }).click();
  await frame.getByRole('heading', { name: 'Coordination' }).waitFor();
  await page.close();
});

t.test(
  'axe finds no serious violation, in light and dark, wide and narrow, with a dialog open',
  async (t) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of ['380', '900']) {
        const { page, frame } = await chart(`user=nurse&patient=ana-reyes&frame=${width}`, { colorScheme });
        t.same(await violations(frame), [], `${colorScheme}, ${width} px`);
        await frame.getByRole('button', { name: /^Complete: Cardiology/ }).click();
        await frame.getByRole('dialog').getByRole('button', { name: 'Complete' }).click();
        await frame.getByText('A task cannot be completed without an outcome.').waitFor();
        t.same(await violations(frame), [], `${colorScheme}, ${width} px, dialog`);
        t.same(await violations(page.mainFrame()), [], `${colorScheme}, ${width} px, the chart`);
        await page.close();
      }
    }
  },
);

t.test('axe finds no serious violation in any dialog, in the menu and in the work list', async (t) => {
  type Opening = [hash: string, what: string, open: (frame: Frame) => Promise<Locator>];
  const menu = async (frame: Frame) => {
    await frame.getByRole('button', { name: `More for ${CALL}` }).click();
    return frame.getByRole('menuitem', { name: 'Put on hold…' });
  };
  const openings: Opening[] = [
    ['user=nurse&patient=ana-reyes', 'menu', menu],
    [
      'user=nurse&patient=ana-reyes',
      'hold',
      async (frame) => {
        await (await menu(frame)).click();
        return frame.getByLabel('What is it waiting for?');
      },
    ],
    [
      'user=physician&patient=grace-oduya',
      'close a loop',
      async (frame) => {
        await frame.getByRole('button', { name: /^Close loop/ }).click();
        return frame.getByRole('radiogroup', { name: 'What did you find?' });
      },
    ],
    [
      'user=navigator&patient=dolores-quinn',
      'hand off',
      async (frame) => {
        await frame.getByRole('button', { name: 'Hand off…' }).click();
        return frame.getByLabel('To whom?');
      },
    ],
  ];
  for (const [hash, what, open] of openings) {
    const { page, frame } = await chart(`${hash}&frame=900`);
    await (await open(frame)).waitFor();
    t.same(await violations(frame), [], what);
    await page.close();
  }
  const answer = await fetch(`${url}/ehr/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'nurse' }),
  });
  const { url: launch } = (await answer.json()) as { url: string };
  const page = await browser.newPage({ locale: 'en-US' });
  await page.goto(launch);
  await page.getByRole('grid').waitFor();
  t.same(await violations(page), [], 'work list');
  await page.close();
});
