// The demo EHR: its charts, frames, tabs and looks, its style on the app in the frame, and the messages that the app sends it.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch · https://hl7.org/fhir/smart-web-messaging/
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { appFrame, type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { STYLES } from '../../integration/ehr/style.ts';
import { startServer } from '../helpers/server.ts';

t.setTimeout(180_000);
await buildAppIfStale();
const { url } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const chart = (hash: string, view: ChartView = {}) => openChart(browser, url, hash, view);

async function violations(page: Page | Frame): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag22aa'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ html }) => html).join()))`);
}

const token = (frame: Frame, name: string): Promise<string> =>
  frame.evaluate(`getComputedStyle(document.documentElement).getPropertyValue('${name}').trim()`);

/** Waits until something holds: the pages allow no waiting that is made of text. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let left = 100; !(await holds()); left--) {
    if (left === 0) throw new Error('It does not hold after ten seconds.');
    await new Promise((done) => setTimeout(done, 100));
  }
}

t.test('The chart shows problems and vital signs that it has read with a token of its user', async (t) => {
  const { page } = await chart('user=nurse&patient=walter-lindqvist&frame=380');
  const problems = page.getByRole('region', { name: 'Problems' });
  await problems.getByText(/COPD|Chronic obstructive/).waitFor();
  t.match(await page.getByRole('region', { name: 'Vital signs' }).innerText(), /Blood pressure \d+\/\d+/);
  t.same(await violations(page), []);
  await page.close();
});

t.test('A second chart is opened in the same window as a tab, and closed again', async (t) => {
  const { page } = await chart('user=nurse&patient=ana-reyes&frame=900');
  const tabs = page.getByRole('navigation', { name: 'Open charts' });
  await page.getByRole('button', { name: /^Walter Lindqvist/ }).click();
  await tabs.getByRole('button', { name: 'Chart: Walter Lindqvist' }).waitFor();
  t.equal(await tabs.getByRole('button', { name: /^Chart: / }).count(), 2);
  t.notMatch(await (await appFrame(page)).innerText('body'), /Ana|Glucose/);
  await tabs.getByRole('button', { name: 'Close the chart of Walter Lindqvist' }).click();
  await page.getByRole('heading', { name: 'Ana Reyes', level: 1 }).waitFor();
  t.match(await (await appFrame(page)).innerText('body'), /Glucose/);
  await page.getByLabel('Patient').selectOption('none');
  await page.getByRole('heading', { name: 'No chart is open' }).waitFor();
  await page.frameLocator('iframe').getByRole('link', { name: 'Work list' }).waitFor();
  await page.close();
});

t.test('The launch says who shows the banner', async (t) => {
  const banner = async (said: string) => {
    const { page, frame } = await chart(`user=nurse&patient=ana-reyes&frame=380&banner=${said}`);
    const shown = await frame.getByRole('region', { name: 'Patient', exact: true }).isVisible();
    await page.close();
    return shown;
  };
  t.equal(await banner('chart'), false);
  t.equal(await banner('app'), true);
  t.equal(await banner('unsaid'), true);
});

t.test('The frame takes on the colours of the chart, light and dark, and stays readable', async (t) => {
  for (const look of ['light', 'dark'] as const) {
    const { page, frame } = await chart(`user=nurse&patient=ana-reyes&frame=900&look=${look}`, {
      colorScheme: look,
    });
    await until(async () => (await token(frame, '--paper')) === STYLES[look].color_background);
    t.equal(await token(frame, '--accent'), STYLES[look].color_highlight);
    t.same(await violations(frame), [], look);
    await page.close();
  }
});

t.test('In a dark chart the app is dark, though the system is not', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=380&look=dark');
  await until(async () => (await token(frame, '--paper')) === STYLES.dark.color_background);
  t.equal(await frame.evaluate('getComputedStyle(document.documentElement).colorScheme'), 'dark');
  t.same(await violations(frame), []);
  await page.close();
});

t.test('A style with which something could not be read, or that is none, changes nothing', async (t) => {
  const odd = [
    { body: JSON.stringify({ color_background: '#777777', color_highlight: '#eeeeee', color_text: 'red' }) },
    { body: '<html>' },
    { body: JSON.stringify({ color_background: '#fbfaf8', more: 'x'.repeat(30_000) }) },
    { status: 500, body: '{}' },
  ];
  for (const answer of odd) {
    const page = await browser.newPage({ locale: 'en-US', colorScheme: 'light' });
    page.setDefaultTimeout(10_000);
    await page.route('**/ehr/style/*.json', (route) => route.fulfill(answer));
    const asked = page.waitForResponse('**/ehr/style/*.json');
    await page.goto(`${url}/ehr/#user=nurse&patient=ana-reyes&frame=380`);
    const frame = await appFrame(page);
    await asked;
    await page.waitForTimeout(100);
    t.equal(await token(frame, '--paper'), '#fff', answer.body.slice(0, 60));
    t.equal(await token(frame, '--accent'), '#0e6472');
    await page.close();
  }
});

t.test('The app asks the chart to open a screen, and to close it, where the chart answers', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=380');
  const log = page.getByRole('log');
  await log.getByText('Throughline has greeted the chart.').waitFor();
  const menu = frame.getByRole('button', { name: 'In the chart' });
  await menu.focus();
  await page.keyboard.press('Enter');
  await frame.getByRole('menuitem', { name: 'Book an appointment' }).click();
  await log.getByText('Throughline asked to open the appointment book.').waitFor();
  await menu.click();
  await frame.getByRole('menuitem', { name: 'Close Throughline' }).click();
  await page.getByRole('button', { name: 'Open it again' }).click();
  await appFrame(page);
  t.equal(page.frames().length, 2);
  await page.close();
});

t.test('A chart that does not answer is asked for nothing, and others are not believed', async (t) => {
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  // The answers come from the page around the app, but not for its message: they have to be left alone.
  await page.addInitScript(`if (window === top) addEventListener('message', (event) => {
    event.stopImmediatePropagation();
    (window.heard ??= []).push(event.data);
    event.source.postMessage({ messageId: 'x', responseToMessageId: 'guessed', payload: {} }, event.origin);
  }, true)`);
  await page.goto(`${url}/ehr/#user=nurse&patient=ana-reyes&frame=380`);
  const frame = await appFrame(page);
  await until(() => page.evaluate('window.heard?.length > 0'));
  t.match(await page.evaluate('window.heard[0]'), { messageType: 'status.handshake', payload: {} });
  await page.waitForTimeout(3_500);
  t.equal(await frame.getByRole('button', { name: 'In the chart' }).count(), 0);
  t.same(await page.evaluate('window.heard.length'), 1);
  await page.close();
});
