// The work list in a real Chromium: its lists and columns, sorting and saved lists, the keyboard, and what others do meanwhile.
// https://www.w3.org/WAI/ARIA/apg/patterns/grid/
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Bundle, Task } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { openBrowser } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

await buildAppIfStale();
const { url, base } = await startServer(t, { open: false, demo: true, listen: true });
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

interface View {
  width?: number;
  height?: number;
  lang?: string;
  colorScheme?: 'light' | 'dark';
}

/** The app as an EHR launches it without a patient. */
async function openList(
  user: string,
  { width = 1400, height = 900, lang, colorScheme = 'light' }: View = {},
) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  const { url: launch } = await post<{ url: string }>('/ehr/launch', { user });
  await page.goto(lang ? `${launch}&lang=${lang}` : launch);
  await page.getByRole('grid').waitFor();
  return page;
}

/** Does something as a user by the API. */
async function as(user: string, method: string, path: string, body?: object): Promise<Response> {
  const { access_token } = await post<{ access_token: string }>('/auth/demo-token', { user });
  return fetch(`${base}/${path}`, {
    method,
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/fhir+json' },
    ...(body && { body: JSON.stringify(body) }),
  });
}

const readTask = async (id: string): Promise<Task> =>
  (await (await as('nurse', 'GET', `Task/${id}`)).json()) as Task;

const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
};

const list = (page: Page, name: string) =>
  page
    .getByRole('navigation', { name: /^(Lists|Listas)$/ })
    .getByRole('button', { name: new RegExp(`^${name}`) });
const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const focusedRow = (page: Page) =>
  page.evaluate<string | undefined>('document.activeElement?.closest("tr")?.dataset.id');

t.test('A nurse lands on her work, late first, with the nine columns of a row', async (t) => {
  const page = await openList('nurse');
  const heads = await page.getByRole('columnheader').allInnerTexts();
  t.same(heads, ['Priority', 'Due', 'Patient', 'Stage', 'What', 'Next step', 'With', 'Network', 'Safety']);
  t.match(await page.getByRole('rowheader').first().innerText(), /^\s*Late/);
  const mri = await row(page, 'MRI at Harbour Lane').innerText();
  t.match(mri, /Ana Reyes/);
  t.match(mri, /accepted/, 'its stage');
  t.match(mri, /you/, 'who has it');
  t.match(mri, /direct contract/, 'the tier that was decided');
  t.match(mri, /Do not leave voice messages/, 'what to heed before a call');
  const expected = (await (
    await as('nurse', 'GET', 'Task?owner=PractitionerRole/nurse&open-due:missing=false&_count=100')
  ).json()) as Bundle;
  t.equal(await page.locator('tr[data-id]').count(), expected.entry?.length, 'all of it');
  t.same(await violations(page), [], 'axe');
  await page.close();
});

t.test("A task of the team's pool is claimed with one click, and taken back with another", async (t) => {
  const page = await openList('nurse');
  await list(page, 'My team’s pool').click();
  const title = 'Lithium level one week after discharge';
  await page.getByRole('button', { name: `Claim: ${title}` }).click();
  await page.getByRole('button', { name: `Undo: ${title}` }).waitFor();
  t.equal((await readTask('marcus-lithium-level')).owner?.reference, 'PractitionerRole/nurse');
  await row(page, title)
    .getByRole('button', { name: `Start: ${title}` })
    .waitFor();
  await page.getByRole('button', { name: `Undo: ${title}` }).click();
  await page.getByRole('button', { name: `Claim: ${title}` }).waitFor();
  t.equal((await readTask('marcus-lithium-level')).owner?.reference, 'Organization/coordination-pool');
  await page.close();
});

t.test(
  'What somebody else takes says so in its place, and leaves when nobody is at work in the list',
  async (t) => {
    const page = await openList('nurse');
    await list(page, 'My team’s pool').click();
    const title = 'Ultrasound of the heart';
    const taken = row(page, title);
    await taken.hover();
    const count = await page.locator('tr[data-id]').count();
    const place = await taken.boundingBox();
    const answer = await as('physician', 'POST', 'Task/dolores-imaging/$claim', {
      resourceType: 'Parameters',
    });
    t.equal(answer.status, 200, await answer.clone().text());
    await taken.getByText('Taken by Dr. Priya Raman').waitFor();
    t.same(await taken.boundingBox(), place, 'nothing has jumped');
    t.equal(await taken.getByRole('button').count(), 0, 'and it cannot be claimed any more');
    t.equal(await page.locator('tr[data-id]').count(), count);
    await page.mouse.move(700, 20);
    await taken.waitFor({ state: 'detached' });
    await page.close();
  },
);

t.test('A row is never acted on as it was: who comes late is told instead', async (t) => {
  const page = await openList('navigator');
  await list(page, 'My team’s pool').click();
  const title = 'Thanh asks whether the new inhaler is covered';
  await row(page, title).waitFor();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: `Claim: ${title}` }).click();
  await page.getByRole('alert').getByText('The record server cannot be reached.').waitFor();
  await page.context().setOffline(false);
  t.equal((await readTask('thanh-query')).status, 'requested');
  await page.close();
});

t.test(
  'The list is worked through by the keyboard alone, and single letters can be switched off',
  async (t) => {
    const page = await openList('nurse');
    await page.keyboard.press('j');
    const first = await focusedRow(page);
    t.ok(first, 'the first row has the focus');
    await page.keyboard.press('j');
    t.not(await focusedRow(page), first);
    await page.keyboard.press('k');
    t.equal(await focusedRow(page), first);
    await page.keyboard.press('End');
    const last = await focusedRow(page);
    t.equal(last, await page.locator('tr[data-id]').last().getAttribute('data-id'));
    await page.keyboard.press('Home');

    await page.keyboard.press('Enter');
    const details = page.getByRole('region', { name: 'Details' });
    await details.waitFor();
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    t.equal(await focusedRow(page), first, 'focus comes back to the row');

    await page.keyboard.press('/');
    await page.keyboard.type('walter inhal');
    await page.getByText('1 of 12 tasks').waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Filters' }).focus();
    await page.keyboard.press('j');
    t.equal(await focusedRow(page), 'walter-education');
    await page.keyboard.press('d');
    await page.getByRole('alert').getByText('it has to be started first').waitFor();
    await page.keyboard.press('s');
    await page.getByRole('button', { name: /^Undo: Practise the inhaler/ }).waitFor();
    t.equal((await readTask('walter-education')).status, 'in-progress');
    await page.keyboard.press('d');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys of the work list' });
    await keys.getByRole('checkbox').uncheck();
    t.same(await violations(page), [], 'axe, with the keys shown');
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    t.equal(await page.getByRole('dialog').count(), 0, 'a letter does nothing any more');
    await page.keyboard.press('Tab');
    await page.close();

    const again = await openList('nurse');
    await again.getByRole('button', { name: 'Save this list' }).waitFor();
    await again.keyboard.press('?');
    t.equal(await again.getByRole('dialog').count(), 0, 'and that is remembered');
    await again.close();
  },
);

t.test('Rows are sorted by any column; a filtered and sorted list is kept under a name', async (t) => {
  const open = await openList('physician');
  await list(open, 'All open work').click();
  await open.getByRole('button', { name: 'Patient', exact: true }).click();
  await open
    .getByRole('columnheader', { name: 'Patient' })
    .and(open.locator('[aria-sort="ascending"]'))
    .waitFor();
  t.equal(await open.getByRole('rowheader').count(), 0, 'groups go by due time only');
  const names = await open.locator('td[data-column="patient"]').allInnerTexts();
  t.same(
    names,
    [...names].sort((a, b) => a.localeCompare(b)),
  );
  await open.getByRole('button', { name: 'Filters' }).click();
  await open.getByLabel('Lane', { exact: true }).selectOption('coordination');
  await open.getByLabel('With a safety flag only').check();
  await open.getByRole('button', { name: 'Save this list' }).click();
  await open.getByLabel('Name of the list').fill('Careful calls');
  await open.getByRole('button', { name: 'Save', exact: true }).click();
  await list(open, 'Careful calls').and(open.locator('[aria-current]')).waitFor();
  const count = await open.locator('tr[data-id]').count();
  await open.waitForLoadState('networkidle').catch(() => undefined);
  await open.close();

  const again = await openList('physician');
  await list(again, 'Careful calls').click();
  await again
    .getByRole('columnheader', { name: 'Patient' })
    .and(again.locator('[aria-sort="ascending"]'))
    .waitFor();
  t.equal(await again.locator('tr[data-id]').count(), count);
  t.ok(count > 0);
  await again.getByRole('button', { name: 'Remove “Careful calls”' }).click();
  await list(again, 'Careful calls').waitFor({ state: 'detached' });
  await again.close();
});

t.test('Coming back from a patient, nothing is lost', async (t) => {
  const page = await openList('nurse');
  await list(page, 'Due today').click();
  await row(page, 'Practise the inhaler').click();
  await page.getByRole('link', { name: 'Open the patient’s record' }).click();
  await page.getByRole('heading', { name: 'Coordination' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Due today' }).waitFor();
  await page.getByRole('region', { name: 'Details' }).getByText('Walter Lindqvist').waitFor();
  t.equal(await row(page, 'Practise the inhaler').getAttribute('aria-selected'), 'true');
  await page.close();
});

t.test('At 320 px rows are blocks, nothing scrolls sideways, and Spanish is complete', async (t) => {
  const page = await openList('navigator', { width: 320, height: 640, lang: 'es', colorScheme: 'dark' });
  await page.getByRole('heading', { name: 'Mi trabajo pendiente' }).waitFor();
  const first = page.locator('tr[data-id]').first();
  await first.click({ position: { x: 4, y: 4 } });
  await page
    .getByRole('region', { name: 'Detalles' })
    .getByRole('link', { name: 'Abrir el expediente del paciente' })
    .waitFor();
  t.match(await first.innerText(), /Siguiente paso|Plazo/);
  const overflow = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  t.ok((overflow as number) <= 0, `${overflow} px too wide`);
  t.same(await violations(page), [], 'axe, in the dark');
  await page.close();
});
