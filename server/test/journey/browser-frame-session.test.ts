// A session that ends in the middle of work: the user signs in again in an inner frame, and nothing that was typed is lost.
// https://www.w3.org/WAI/WCAG22/Understanding/re-authenticating.html
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page, Route } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

t.setTimeout(180_000);
await buildAppIfStale();
const { url } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CHART = 'user=nurse&patient=ana-reyes&frame=900';
const CALL = 'Call Ana within two business days';
const REASON = 'She asked for a call after five.';

const refuse = (route: Route) =>
  route.fulfill({
    status: 401,
    contentType: 'application/fhir+json',
    body: '{"resourceType":"OperationOutcome","issue":[]}',
  });

/** From now on no token of the session is good, until a code has been redeemed for new ones. */
async function endSession(page: Page): Promise<void> {
  let isOver = true;
  await page.route('**/fhir/**', (route) => (isOver ? refuse(route) : route.fallback()));
  await page.route('**/auth/token', async (route) => {
    if ((route.request().postData() ?? '').includes('grant_type=refresh_token'))
      return route.fulfill({
        status: 400,
        contentType: 'application/json',
        body: '{"error":"invalid_grant"}',
      });
    isOver = false;
    return route.fallback();
  });
}

/** A reason typed into a dialog about the call, and the session over when it is sent. */
async function typeAndLose(): Promise<{ page: Page; frame: Frame }> {
  const { page, frame } = await openChart(browser, url, CHART);
  await frame.getByRole('button', { name: `More for ${CALL}` }).click();
  await frame.getByRole('menuitem', { name: 'Put on hold…' }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByLabel('What is it waiting for?').fill(REASON);
  await endSession(page);
  await dialog.getByRole('button', { name: 'Put on hold' }).click();
  await frame.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
  return { page, frame };
}

const signIn = (frame: Frame) => frame.frameLocator('iframe[title="Sign in"]');

async function signInAs(frame: Frame, name: RegExp): Promise<void> {
  await signIn(frame).getByRole('radio', { name }).check();
  await signIn(frame).getByRole('button', { name: 'Continue' }).click();
}

t.test('A session that has ended is signed in to again, and what was typed is sent', async (t) => {
  const { page, frame } = await typeAndLose();
  const asked = frame.getByRole('dialog', { name: 'Your session has ended' });
  t.match(await asked.innerText(), /What you have typed is still here/);
  t.notMatch(await asked.innerText(), /Ana/);
  await frame.evaluate(AXE);
  const found =
    await frame.evaluate(`axe.run(document.querySelector('[aria-labelledby=again-title]'), { runOnly: ['wcag2a', 'wcag2aa', 'wcag22aa'] })
    .then(({ violations }) => violations.map(({ id }) => id))`);
  t.same(found, []);
  await page.keyboard.press('Escape');
  t.ok(await asked.isVisible(), 'Escape does not leave the work without an answer');

  const sent = page.waitForResponse(
    (response) => response.status() === 200 && Boolean(response.request().postData()?.includes(REASON)),
  );
  await signInAs(frame, /Nadia/);
  await sent;
  await frame.getByRole('dialog').waitFor({ state: 'detached' });
  await frame.getByText(`Put on hold: ${CALL}`).first().waitFor();
  t.equal(await frame.evaluate('location.href'), `${url}/app/`, 'the app is still the page that it was');
  await page.close();
});

t.test('Somebody else who signs in is shown nothing, and the work waits for its user', async (t) => {
  const { page, frame } = await openChart(browser, url, CHART);
  await endSession(page);
  await frame.getByRole('button', { name: /^Start: Glucose meter/ }).click();
  const asked = frame.getByRole('dialog', { name: 'Your session has ended' });
  await asked.waitFor();
  const revoked = page.waitForRequest('**/auth/revoke');
  await signInAs(frame, /Raman/);
  await revoked;
  await asked.getByText('Somebody else has signed in, or for another patient.').waitFor();
  t.notMatch(await asked.innerText(), /Glucose/);
  await asked.getByRole('button', { name: 'Sign in again' }).click();
  await signInAs(frame, /Nadia/);
  await asked.waitFor({ state: 'detached' });
  await frame.getByRole('button', { name: /^Complete: Glucose meter/ }).waitFor();
  t.pass('the work is done by its user');
  await page.close();
});

t.test(
  'A renewed token that names another patient ends the session, and nothing of it is shown',
  async (t) => {
    const { page, frame } = await openChart(browser, url, CHART);
    await page.route('**/fhir/Task/**', refuse);
    await page.route('**/auth/token', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), patient: 'walter-lindqvist' } });
    });
    await frame
      .getByRole('button', { name: /^Start: / })
      .first()
      .click();
    await frame.getByText('Your session has ended.', { exact: true }).waitFor();
    t.notMatch(await frame.innerText('body'), /Ana|Glucose|MRI/);
    await page.close();
  },
);

t.test('In Spanish the session ends in Spanish, and can be left without signing in', async (t) => {
  const { page, frame } = await openChart(browser, url, `${CHART}&lang=es`);
  await endSession(page);
  await frame
    .getByRole('button', { name: /^Empezar: / })
    .first()
    .click();
  const asked = frame.getByRole('dialog', { name: 'Su sesión ha terminado' });
  await asked.getByText('Lo que escribió sigue aquí').waitFor();
  await asked.getByRole('button', { name: 'Terminar sin iniciar sesión' }).click();
  await frame.getByText('Su sesión ha terminado.', { exact: true }).waitFor();
  t.notMatch(await frame.innerText('body'), /Ana/);
  await page.close();
});
