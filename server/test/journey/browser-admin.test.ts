// Administration in a real Chromium: who is shown it, and each of its sections with what it changes on the server and what it is
// refused. docs/administration.md
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Basic, Bundle, HealthcareService, OrganizationAffiliation } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { openBrowser } from '../../../scripts/browser.ts';
import { startEhr } from '../auth/trusted-ehr.ts';
import { startServer } from '../helpers/server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SECTIONS = ['users', 'policies', 'practice', 'calendars', 'rates', 'ehrs', 'clients', 'exports'];

await buildAppIfStale();
const { url, base } = await startServer(t, { open: false, demo: true, listen: true });
const ehr = await startEhr(t, []);
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
  user?: string;
  width?: number;
  lang?: string;
  colorScheme?: 'light' | 'dark';
}

/** The app as our own EHR launches it without a patient; `problems` collects uncaught errors. */
async function openApp({ user = 'admin', width = 1280, lang = 'en', colorScheme = 'light' }: View = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    locale: 'en-US',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  const { url: launch } = await post<{ url: string }>('/ehr/launch', { user });
  await page.goto(`${launch}&lang=${lang}`);
  await page
    .getByRole('grid')
    .or(page.getByRole('heading', { level: 2 }))
    .first()
    .waitFor();
  return { page, problems };
}

/** Goes to a section by its link. */
async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click();
}

const said = (page: Page, sentence: string) => page.getByRole('main').getByText(sentence).waitFor();

async function tokenOf(who: object): Promise<string> {
  return (await post<{ access_token: string }>('/auth/demo-token', who)).access_token;
}
const admin = await tokenOf({ user: 'admin', scope: 'user/*.cruds __admin' });

async function read<T>(path: string): Promise<T> {
  const answer = await fetch(`${url}/${path}`, { headers: { authorization: `Bearer ${admin}` } });
  return (await answer.json()) as T;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

t.test('An administrator is shown administration and no charts, others the other way round', async (t) => {
  const linksOf = async ({ page }: { page: Page }) =>
    (await page.getByRole('navigation').first().innerText()).split(/\n/);
  const asAdmin = await openApp();
  const links = await linksOf(asAdmin);
  t.ok(links.includes('Administration'));
  t.notOk(links.includes('Work list'));
  await asAdmin.page.evaluate(`location.hash = '#/work-list'`);
  await asAdmin.page.getByRole('heading', { name: 'Users' }).waitFor();
  t.strictSame(asAdmin.problems, []);
  await asAdmin.page.context().close();

  const asNavigator = await openApp({ user: 'navigator' });
  t.notOk((await linksOf(asNavigator)).includes('Administration'));
  await asNavigator.page.context().close();
});

/** The window in which the administrator goes through the sections. */
const { page, problems } = await openApp();

t.test('A user is added, changed and switched off; one’s own account is kept from oneself', async (t) => {
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Add a user' }).click();
  await dialog.getByRole('button', { name: 'Add a user' }).click();
  t.equal(await dialog.getByText('Fill this in.').count(), 3, 'what is missing stands beside its field');
  await dialog.getByLabel('User name').fill('nurse');
  await dialog.getByLabel(/^Name/).fill('Lena Ortiz, RN');
  await dialog.getByLabel('Role').selectOption('rn');
  await dialog.getByLabel('Directory entry').fill('PractitionerRole/nurse');
  await dialog.getByRole('button', { name: 'Add a user' }).click();
  await dialog.getByText('There is an account with this name already.').waitFor();
  await dialog.getByLabel('User name').fill('lena');
  await dialog.getByRole('button', { name: 'Add a user' }).click();
  await said(page, 'Lena Ortiz, RN was added.');
  t.match(await read('auth/admin/users/lena'), { role: 'rn', active: true, hasPassword: false });

  await page.getByRole('button', { name: 'Switch off: Lena Ortiz, RN' }).click();
  await dialog.getByText(/is signed out everywhere at once/).waitFor();
  await dialog.getByRole('button', { name: 'Switch off' }).click();
  await said(page, 'Lena Ortiz, RN is switched off.');
  t.match(await read('auth/admin/users/lena'), { active: false });

  await page.getByRole('button', { name: 'Switch off: Kofi Mensah' }).click();
  await dialog.getByRole('button', { name: 'Switch off' }).click();
  await dialog.getByText(/This is your own account/).waitFor();
  await page.keyboard.press('Escape');
  t.match(await read('auth/admin/users/admin'), { active: true });
  t.strictSame(problems, []);
});

t.test('An EHR is registered by two answers, switched off, and removed after a question', async (t) => {
  const dialog = page.getByRole('dialog');
  await goTo(page, 'Trusted EHRs');
  await said(page, 'No other EHR is trusted yet.');
  await page.getByRole('button', { name: 'Register an EHR' }).click();
  await dialog.getByLabel('FHIR address').fill('https://127.0.0.1:1/fhir');
  await dialog.getByLabel('Client id').fill('throughline');
  await dialog.getByRole('button', { name: 'Ask the EHR and register it' }).click();
  await dialog.getByRole('alert').first().waitFor();
  await dialog.getByLabel('FHIR address').fill(ehr.fhirBase);
  await dialog.getByLabel(/^Name/).fill('Ashgrove');
  await dialog.getByRole('button', { name: 'Ask the EHR and register it' }).click();
  await said(page, 'Ashgrove is trusted now.');
  const { ehrs } = await read<{ ehrs: object[] }>('auth/admin/ehrs');
  t.match(ehrs, [
    { name: 'Ashgrove', clientId: 'throughline', issuer: /^http/, jwksUri: /jwks/, active: true },
  ]);

  await page.getByRole('button', { name: 'Link a user' }).click();
  await dialog.getByLabel('Code').fill('NOCODE');
  await dialog.getByLabel('Who it is').selectOption('nurse');
  await dialog.getByRole('button', { name: 'Link a user' }).click();
  await dialog.getByText('There is no such code').waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Switch off: Ashgrove' }).click();
  await dialog.getByRole('button', { name: 'Switch off' }).click();
  await said(page, 'Ashgrove is switched off.');
  await page.getByRole('button', { name: 'Remove: Ashgrove' }).click();
  await dialog.getByText(/is not trusted any more/).waitFor();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await said(page, 'Ashgrove was removed.');
  await page.getByRole('heading', { level: 2 }).and(page.locator(':focus')).waitFor();
  t.strictSame(await read('auth/admin/ehrs'), { ehrs: [] });
  t.strictSame(problems, []);
});

t.test('An app is invited with a token that is shown once and can be copied, and revoked', async (t) => {
  const dialog = page.getByRole('dialog');
  await goTo(page, 'Apps');
  await page.getByRole('button', { name: 'Invite an app' }).click();
  await dialog.getByLabel('May be given').fill('__admin');
  await dialog.getByRole('button', { name: 'Make an invitation' }).click();
  await dialog.getByRole('alert').first().waitFor();
  await dialog.getByLabel('May be given').fill('user/Task.rs\nuser/Patient.rs');
  await dialog.getByRole('button', { name: 'Make an invitation' }).click();
  const token = await dialog.getByRole('textbox', { name: 'Token' }).inputValue();
  t.match(token, /^.{20,}$/);
  await dialog.getByRole('button', { name: 'Copy: Token' }).click();
  await dialog.getByText('Copied.').waitFor();
  t.equal(await page.evaluate('navigator.clipboard.readText()'), token);
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  await said(page, 'The invitation is made.');
  t.notOk((await page.content()).includes(token), 'the token is gone from the page');

  await page.getByRole('button', { name: /^Revoke: Ashgrove/ }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await said(page, 'Ashgrove Hospital EHR was revoked.');
  const { clients } = await read<{ clients: { id: string }[] }>('auth/admin/clients');
  t.notOk(clients.some(({ id }) => id === 'ehr'));
  t.strictSame(problems, []);
});

t.test(
  'A policy is changed after its difference was shown; what cannot be enforced is refused in words',
  async (t) => {
    const dialog = page.getByRole('dialog');
    await goTo(page, 'Roles');
    await page.getByRole('button', { name: 'Change: scheduler' }).click();
    const difference = dialog.getByRole('region', { name: 'What will change' });
    await difference.getByText('Nothing is changed yet.').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Change something first.').waitFor();

    const rule = dialog.getByRole('group', { name: /^Contacts and messages are recorded/ });
    await rule.getByLabel('change').uncheck();
    await difference.getByText(/Contacts and messages are recorded\. interactions:/).waitFor();
    t.equal(await difference.locator('del').innerText(), 'create and change');
    t.equal(await difference.locator('ins').innerText(), 'create');

    await rule.getByText(/2 types of record/).click();
    await rule.getByLabel('Types of record').fill('Communication Chore');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await rule
      .getByText(/"Chore" is no resource type|Chore/)
      .first()
      .waitFor();
    t.equal((await read<Basic>('fhir/Basic/policy-scheduler')).meta?.versionId, '1', 'nothing is stored');
    await rule.getByLabel('Types of record').fill('Communication');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await said(page, 'The policy of scheduler was changed and is in force.');
    const stored = JSON.stringify(await read<Basic>('fhir/Basic/policy-scheduler'));
    t.match(
      stored,
      /"log-contacts"},{"url":"type","valueCode":"Communication"},{"url":"letters","valueCode":"c"}/,
    );
    t.strictSame(problems, []);
    t.strictSame(problems, []);
  },
);

t.test('A rule of practice is changed after its difference was shown', async (t) => {
  const dialog = page.getByRole('dialog');
  await goTo(page, 'Rules of practice');
  await page.getByRole('button', { name: /^Change: A peer specialist goes along/ }).click();
  await dialog.getByLabel('What a refusal says').fill('Leave this task to a navigator.');
  await dialog.getByRole('group', { name: 'Moves' }).getByLabel('start').uncheck();
  const difference = dialog.getByRole('region', { name: 'What will change' });
  await difference.getByText('Leave this task to a navigator.').last().waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The rule was changed and is in force.');
  const { extension } = await read<Basic>('fhir/Basic/practice-peer-only-accompanies');
  const parts = extension![0]!.extension!;
  t.notOk(parts.some(({ valueCode }) => valueCode === 'in-progress'));
  t.equal(parts.find(({ url: name }) => name === 'sentence')?.valueString, 'Leave this task to a navigator.');
  t.strictSame(problems, []);
});

t.test('Days are closed and opened again in the month, by the keyboard alone', async (t) => {
  const dialog = page.getByRole('dialog');
  await goTo(page, 'Calendars');
  await page.getByRole('grid').waitFor();
  const grid = page.getByRole('grid');
  await grid.locator('button[tabindex="0"]').focus();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('ArrowRight');
  const day = await page.locator(':focus').getAttribute('data-day');
  t.match(day, /-02$/, 'the arrow moves by a day, in the next month');
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Reason').and(page.locator(':focus')).waitFor();
  await page.keyboard.type('Moving house');
  await page.keyboard.press('Enter');
  await said(page, 'is closed from');
  const stored = await read<HealthcareService>('fhir/HealthcareService/larkfield-calendar');
  t.match(stored.notAvailable?.at(-1), { description: 'Moving house', during: { start: day, end: day } });
  await page.getByRole('button', { name: /^Open again: .*Moving house/ }).click();
  await dialog.getByText(/becomes a working day again/).waitFor();
  await dialog.getByRole('button', { name: 'Open again' }).click();
  await said(page, 'works again on');
  const after = await read<HealthcareService>('fhir/HealthcareService/larkfield-calendar');
  t.equal(after.notAvailable?.length, stored.notAvailable!.length - 1);
  t.strictSame(problems, []);
});

t.test('A rate table gets a rate and an end; a change from elsewhere is not overwritten', async (t) => {
  const dialog = page.getByRole('dialog');
  await goTo(page, 'Rates');
  await page.getByRole('button', { name: 'Change: Cedar Hill Cardiology' }).click();
  await dialog.getByLabel('Holds until').fill('2020-01-01');
  await dialog.getByRole('button', { name: 'Add a rate' }).click();
  await dialog.getByLabel('Amount').fill('much');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Give a number such as').waitFor();
  await dialog.getByText('The end lies before the beginning.').waitFor();
  await dialog.getByLabel('Holds until').fill('2030-12-31');
  await dialog.getByLabel('Service').fill('Visit with a heart doctor');
  await dialog.getByLabel(/^Code(?! system)/).fill('99204');
  await dialog.getByLabel('Amount').fill('212.50');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The rates of Cedar Hill Cardiology were changed.');
  const found = await read<Bundle<OrganizationAffiliation>>('fhir/OrganizationAffiliation?_count=50');
  const kept = found.entry!.map(({ resource }) => resource!).find((one) => one.period?.end === '2030-12-31')!;
  t.match(JSON.stringify(kept), /"code":"99204".*"value":212.5,"currency":"USD"/);

  await page.getByRole('button', { name: 'Change: Cedar Hill Cardiology' }).click();
  const { period: _, ...rest } = kept;
  await fetch(`${base}/OrganizationAffiliation/${kept.id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify(rest),
  });
  await dialog.getByLabel('Amount').fill('300');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Somebody changed this meanwhile.').waitFor();
  await page.keyboard.press('Escape');
  t.strictSame(problems, []);
});

t.test('An export is shown with its progress, and ended after a question', async (t) => {
  const quality = await tokenOf({ client: 'quality' });
  const kickOff = await fetch(`${base}/$export?_type=Organization`, {
    headers: { authorization: `Bearer ${quality}`, prefer: 'respond-async' },
  });
  t.equal(kickOff.status, 202);
  const dialog = page.getByRole('dialog');
  await goTo(page, 'Exports');
  await said(page, 'finished');
  t.equal(await page.getByRole('progressbar').count(), 1);
  await said(page, '1 of 1 type written');
  await page.getByRole('button', { name: /^Delete files/ }).click();
  await dialog.getByRole('button', { name: 'Delete files' }).click();
  await said(page, 'Nobody has exported anything yet.');
  t.match(await read('auth/admin/exports'), { exports: [] });
  t.strictSame(problems, []);
});

t.test('Every section is clean for axe, fits 320 px, and speaks Spanish', async (t) => {
  const { page, problems } = await openApp({ width: 320, lang: 'es', colorScheme: 'dark' });
  for (const name of SECTIONS) {
    await page.evaluate(`location.hash = '#/admin/${name}'`);
    await page.getByRole('heading', { level: 2 }).waitFor();
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
    t.strictSame(await violations(page), [], name);
    const over = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    t.ok(Number(over) <= 0, `${name} fits`);
    t.notMatch(
      await page.getByRole('main').innerText(),
      /\b(Change|Remove|Close days)\b/,
      `${name} is not English`,
    );
  }
  await page.evaluate(`location.hash = '#/admin/policies'`);
  await page.getByRole('button', { name: 'Cambiar: navegación', exact: true }).first().click();
  await page.getByRole('dialog').getByText('Todavía no cambió nada.').waitFor();
  t.strictSame(await violations(page), [], 'the form of a policy');
  t.strictSame(problems, []);
  await page.context().close();
});
