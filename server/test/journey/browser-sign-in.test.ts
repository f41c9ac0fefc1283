// Signing in, choosing a patient and consenting in a real Chromium: by keyboard, without scripts, narrow, light and dark.
// https://www.w3.org/TR/WCAG22/
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import t from 'tap';
import { openBrowser } from '../../../scripts/browser.ts';
import { openPool } from '../../db/pool.ts';
import { addAccount, PASSWORD } from '../auth/visitor.ts';
import { startServer } from '../helpers/server.ts';

t.setTimeout(180_000);
const { url, base, databaseUrl } = await startServer(t, { open: false, demo: true, listen: true });
const sql = openPool(databaseUrl, { max: 2 });
t.teardown(() => sql.end());
const browser = await openBrowser();
t.teardown(() => browser.close());
await addAccount(sql);

/** The app of somebody else: a page that says with which query it was opened. */
const app = createServer((_request, response) =>
  response.setHeader('content-type', 'text/html').end('<title>The app</title><h1>Opened</h1>'),
);
await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
t.teardown(() => app.close());
const redirect = `http://127.0.0.1:${(app.address() as { port: number }).port}/callback`;
const metadata = {
  redirect_uris: [redirect],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};
await sql`
  insert into auth_client (id, name, scope, metadata)
  values ('risk-app', 'Risk app', 'openid fhirUser launch/patient offline_access patient/*.rs', ${sql.json(metadata)})`;

const VERIFIER = 'a-verifier-of-the-test-that-is-long-enough-0123456789';
const request = `${url}/auth/authorize?${new URLSearchParams({
  client_id: 'risk-app',
  response_type: 'code',
  redirect_uri: redirect,
  scope: 'openid fhirUser launch/patient offline_access patient/Observation.rs patient/Condition.rs',
  aud: base,
  state: 'state-of-the-test',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
})}`;

interface Look {
  width?: number;
  colorScheme?: 'light' | 'dark';
  locale?: string;
  javaScriptEnabled?: boolean;
}

/** A page of a browser of its own; `problems` are violations of the content security policy and uncaught errors. */
async function openPage({
  width = 1024,
  colorScheme = 'light',
  locale = 'en-US',
  javaScriptEnabled = true,
}: Look = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 700 },
    colorScheme,
    locale,
    javaScriptEnabled,
    bypassCSP: false,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return { page, problems };
}

/** What axe finds wrong with a page. Its script is put there by the test, past the policy that forbids scripts. */
async function audit(page: Page): Promise<string[]> {
  const context = await browser.newContext({ bypassCSP: true, colorScheme: await schemeOf(page) });
  const copy = await context.newPage();
  await copy.setContent(await page.content());
  await copy.evaluate(axe.source);
  const found = await copy.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
    }),
  );
  await context.close();
  return found.violations.map(({ id, help }) => `${id}: ${help}`);
}

const schemeOf = async (page: Page) =>
  (await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")) ? 'dark' : 'light';

/** How many pixels of a page lie beyond its right edge. */
const overflow = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

t.test('by keyboard alone: a password, a patient, consent, and back in the app', async (t) => {
  const { page, problems } = await openPage();
  await page.goto(request);
  t.same(await audit(page), []);
  await page.getByText('Sign in with an account and a password').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('nadia');
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  t.match(await page.getByRole('alert').innerText(), /account name or the password is not right/);
  t.equal(
    await page.getByLabel('Account name').inputValue(),
    'nadia',
    'what was typed stays, but for the password',
  );
  t.equal(await page.getByLabel('Password').inputValue(), '');
  t.equal(await page.getByLabel('Password').getAttribute('aria-invalid'), 'true');
  t.same(await audit(page), []);
  await page.getByRole('alert').getByRole('link').focus();
  await page.keyboard.press('Enter');
  t.equal(await page.evaluate('document.activeElement?.id'), 'name', 'the summary leads to the field');
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');

  await page.getByRole('group', { name: 'Which patient?' }).waitFor();
  t.same(await audit(page), []);
  await page.getByRole('radio', { name: /Ana Reyes/ }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');

  await page.getByRole('heading', { name: 'Allow Risk app?' }).waitFor();
  t.same(await audit(page), []);
  const box = page.getByRole('checkbox', { name: /Stay signed in when you are not there/ });
  await box.focus();
  await page.keyboard.press('Space');
  t.equal(await box.isChecked(), false);
  await page.getByRole('button', { name: 'Allow', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Opened' }).waitFor();
  t.match(page.url(), /\?code=[\w-]+&state=state-of-the-test&iss=/);
  t.same(
    problems.filter((problem) => !/401/.test(problem)),
    [],
    'nothing was blocked by the policy',
  );

  await page.goto(`${url}/auth/grants`);
  await page.getByText('Sign in with an account and a password').click();
  await page.getByLabel('Account name').fill('nadia');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Apps that you have allowed' }).waitFor();
  t.same(await audit(page), []);
  await page.getByRole('button', { name: 'Take back: Risk app' }).click();
  await page.getByRole('status').waitFor();
  t.equal(await page.getByRole('heading', { name: 'Risk app' }).count(), 0);
});

t.test('without scripts, at 320 pixels, in the dark and in Spanish', async (t) => {
  const { page, problems } = await openPage({
    width: 320,
    colorScheme: 'dark',
    locale: 'es-MX',
    javaScriptEnabled: false,
  });
  await page.goto(request);
  await page.getByRole('heading', { name: 'Iniciar sesión' }).waitFor();
  t.equal(await overflow(page), 0);
  await page.getByRole('radio', { name: /Nadia Brandt, RN/ }).check();
  await page.getByRole('radio', { name: /Ana Reyes/ }).check();
  await page.getByRole('button', { name: 'Continuar' }).click();
  await page.getByRole('heading', { name: '¿Permitir Risk app?' }).waitFor();
  t.equal(await overflow(page), 0);
  const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  t.equal(background, 'rgb(20, 24, 27)', 'the dark paper of the app');
  t.same(await audit(page), []);
  await page.getByText('Qué exactamente').first().click();
  await page.getByRole('button', { name: 'No permitir' }).click();
  await page.getByRole('heading', { name: 'Opened' }).waitFor();
  t.match(page.url(), /\?error=access_denied&/);
  t.same(problems, []);
});
