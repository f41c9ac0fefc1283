// The team's figures in a real Chromium: charts with the tables behind them, files, filters, and what somebody may not see.
// https://www.w3.org/WAI/tutorials/images/complex/
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Bundle, Parameters } from '@medplum/fhirtypes';
import type { Frame, Locator, Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { openBrowser } from '../../../scripts/browser.ts';
import { readFigures } from '../../../smart-app/fhir/figures.ts';
import { laying, startServer } from '../helpers/server.ts';
import { RECORDS } from '../operation/figures-world.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The days in which most of the figures' world lies. */
const OWN = { start: '2026-01-07', end: '2026-04-06' };

await buildAppIfStale();
const server = await startServer(t, { open: false, demo: true, listen: true });
const { url, base } = server;
const lay = laying(server);
for (const one of RECORDS) await lay('PUT', `/${one.resourceType}/${one.id}`, one);
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(120_000);

async function post<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as T;
}

const launchOf = async (user: string): Promise<string> =>
  (await post<{ url: string }>('/ehr/launch', { user })).url;

/** Reads something as a user by the API. */
async function get<T>(user: string, path: string): Promise<T> {
  const { access_token } = await post<{ access_token: string }>('/auth/demo-token', { user });
  const answer = await fetch(`${base}/${path}`, { headers: { authorization: `Bearer ${access_token}` } });
  return (await answer.json()) as T;
}
const figuresOf = async (user: string, query = '') =>
  readFigures(await get<Parameters>(user, `$team-figures${query}`));

interface View {
  width?: number;
  lang?: string;
  colorScheme?: 'light' | 'dark';
}

/** The dashboard of a user, in a window of its own. */
async function openTeam(user: string, { width = 1280, lang = 'en', colorScheme = 'light' }: View = {}) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  await page.goto(`${await launchOf(user)}&lang=${lang}`);
  await page.getByRole('link', { name: /^(Team|Equipo)$/ }).click();
  await page.getByRole('heading', { level: 3 }).first().waitFor();
  return page;
}

const card = (page: Page | Frame, name: string): Locator => page.getByRole('region', { name, exact: true });

const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
};
const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** What a number of the headline says. */
const headline = async (page: Page, name: string): Promise<string> =>
  page.locator('dl > div').filter({ hasText: name }).locator('dd').innerText();

t.test('A supervisor sees seven figures, as the server counted them', async (t) => {
  const page = await openTeam('supervisor');
  const { open } = await figuresOf('supervisor');
  const all = open!.find(({ by }) => by === 'all')!;
  t.equal(await headline(page, 'open'), String(all.count));
  t.equal(await headline(page, 'due today'), String(all.today));
  t.same(await page.getByRole('heading', { level: 3 }).allInnerTexts(), [
    'Open work by age',
    'How far referrals have come',
    'In-network share',
    'Minutes by programme',
    'Promises kept and missed',
    'Barriers by type',
    'Savings',
  ]);
  const scheduled = open!.find(({ by, of }) => by === 'stage' && of?.code === 'scheduled')!;
  const line = card(page, 'Open work by age').getByRole('listitem').filter({ hasText: 'Scheduled' });
  t.match(await line.innerText(), new RegExp(`\\b${scheduled.count}\\b`));
  t.match(await line.textContent(), /\d–\d+ days: \d/, 'who cannot see the bar reads its parts');
  await page.getByLabel('Open work by', { exact: true }).selectOption('lane');
  await page.getByRole('link', { name: 'Coordination' }).waitFor();
  t.same(await violations(page), [], 'axe');
  await page.close();
});

t.test('Behind each chart is its table, by the keyboard alone, and the file says the same', async (t) => {
  const page = await openTeam('supervisor', { colorScheme: 'dark' });
  for (const name of ['Open work by age', 'Promises kept and missed', 'Savings']) {
    await page.getByRole('button', { name: `Table: ${name}` }).focus();
    await page.keyboard.press('Enter');
    const table = card(page, name).getByRole('table');
    await table.waitFor();
    await page
      .getByRole('button', { name: `Chart: ${name}` })
      .and(page.locator(':focus'))
      .waitFor();
    const saved = page.waitForEvent('download');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const file = await saved;
    t.match(
      file.suggestedFilename(),
      /^throughline-(open|clocks|savings)-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/,
    );
    const lines = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    t.equal(lines.length, await table.getByRole('row').count(), 'as many lines');
    const heads = await table.getByRole('columnheader').allInnerTexts();
    t.equal(lines[0], `\uFEFF${heads.join(',')}`);
  }
  t.same(await violations(page), [], 'axe, with tables, in the dark');
  await page.close();
});

t.test('Days and organisation are chosen; days that make no sense are not asked for', async (t) => {
  const page = await openTeam('supervisor');
  const told = page.getByText('by the clock of America/New York');
  await page.getByLabel('Period').selectOption('own');
  await page.getByLabel('From').fill(OWN.end);
  await page.getByLabel('To').fill(OWN.start);
  await page.getByRole('alert').getByText('Give the earlier day first.').waitFor();
  await page.getByLabel('To').fill(OWN.end);
  await page.getByLabel('From').fill(OWN.start);
  await page.getByText(/^Jan 7, 2026 to Apr 6, 2026/).waitFor();
  const savings = card(page, 'Savings');
  await savings.getByText('Estimated when the provider was picked: $80.25').waitFor();
  await savings.getByText('Adjudicated when the claim was paid: $80', { exact: true }).waitFor();
  t.match(
    await card(page, 'In-network share').innerText(),
    /In network: 3 of 4 \(75%\), of those by direct contract: 2\./,
  );
  t.match(await card(page, 'Minutes by programme').innerText(), /PIN\s+50 min · 2 entries/);

  await page.getByLabel('Organisation').selectOption('Clinic');
  const query = `?organization=Organization/figure-clinic&period-start=${OWN.start}&period-end=${OWN.end}`;
  const { open } = await figuresOf('supervisor', query);
  const { count } = open!.find(({ by }) => by === 'all')!;
  await page.locator('dl dd').first().getByText(String(count), { exact: true }).waitFor();
  t.equal(await card(page, 'Open work by age').getByRole('link').count(), 0, 'the list is not cut so');
  t.ok(await told.isVisible());
  await page.close();
});

t.test('A bar leads to the work list with what it counts, and back to the same figures', async (t) => {
  const page = await openTeam('nurse');
  await page.getByLabel('Period').selectOption('month');
  const bar = card(page, 'Open work by age').getByRole('listitem').filter({ hasText: 'Scheduled' });
  await bar.getByRole('link').click();
  const { total } = await get<Bundle>(
    'nurse',
    'Task?status=draft,requested,received,accepted,ready,in-progress,on-hold&business-status=scheduled&_summary=count',
  );
  await page.getByRole('heading', { name: 'All open work' }).waitFor();
  await page.getByText(new RegExp(`^${total} of \\d+ tasks$`)).waitFor();
  await page.getByRole('button', { name: 'Filters (1)' }).click();
  t.equal(await page.getByLabel('Stage').inputValue(), 'scheduled');
  await page.goBack();
  await page.getByRole('heading', { name: 'Team figures' }).waitFor();
  t.equal(await page.getByLabel('Period').inputValue(), 'month');
  await page.close();
});

t.test('At 320 px, in Spanish, a scheduler reads what cannot be shown and why', async (t) => {
  const page = await openTeam('scheduler', { width: 320, lang: 'es', colorScheme: 'dark' });
  await page.getByRole('heading', { name: 'Cifras del equipo' }).waitFor();
  const barriers = card(page, 'Barreras por tipo');
  t.match(await barriers.innerText(), /Usted no puede ver las barreras\./);
  t.match(await barriers.locator('[lang=en]').innerText(), /The role scheduler may not do this/);
  t.equal(await barriers.getByRole('button').count(), 0, 'no table of nothing');
  t.equal(await page.locator('dl').getByText('dentro de la red').count(), 0, 'a missing figure is no zero');
  await page.getByRole('button', { name: 'Tabla: Plazos cumplidos e incumplidos' }).click();
  t.ok((await overflow(page)) <= 0, 'nothing is too wide');
  t.same(await violations(page), [], 'axe');
  await page.close();
});

t.test('Without the server the last figures stay, and it is said that they are old', async (t) => {
  const page = await openTeam('nurse', { width: 380 });
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Count again' }).click();
  await page.getByRole('alert').getByText('The record server cannot be reached.').waitFor();
  await page.getByText('they could not be counted again').waitFor();
  t.ok(await card(page, 'Open work by age').isVisible());
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Count again' }).click();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  t.ok((await overflow(page)) <= 0);
  await page.close();
});

t.test('Whoever may not see tasks is refused with the reason of the server', async (t) => {
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  await page.goto(await launchOf('auditor'));
  await page.getByRole('link', { name: 'Team' }).click();
  await page.getByRole('alert').getByText('The role auditor may not do this').waitFor();
  t.equal(await page.getByRole('heading', { level: 3 }).count(), 0);
  await page.close();
});

t.test('A frame that forbids files gives the text to copy instead', async (t) => {
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  await page.goto(`${url}/ehr/`);
  const launch = await launchOf('nurse');
  await page.evaluate(
    `document.body.replaceChildren(Object.assign(document.createElement('iframe'), {
      sandbox: 'allow-scripts allow-same-origin allow-forms', width: 900, height: 700, src: ${JSON.stringify(launch)} }))`,
  );
  const app = page.frameLocator('iframe');
  await app.getByRole('link', { name: 'Team' }).click();
  await app.getByRole('button', { name: 'CSV: Barriers by type' }).click();
  const dialog = app.getByRole('dialog', { name: 'Barriers by type as CSV' });
  await dialog.getByText('does not let it save files').waitFor();
  const text = await dialog.getByLabel('Text').inputValue();
  t.match(text, /^Barrier,Stand now,Removed\r?\nTransport,\d+,0/);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await dialog
    .getByRole('status')
    .getByText(/Copied|marked/)
    .waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await app.getByRole('button', { name: 'CSV: Barriers by type' }).and(app.locator(':focus')).waitFor();
  await page.close();
});
