// What the app shows is the launched patient's or nothing, and every failure is said in words, in a real Chromium.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { appFrame, type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

await buildAppIfStale();
const { url, base } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(180_000);

/** The demo chart with the app in its frame. */
const chart = (hash: string, view: ChartView = {}) => openChart(browser, url, hash, view);

t.test('When the safety flags cannot be read the app says so instead of showing none', async (t) => {
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  await page.route('**/fhir/Flag?*', (route) => route.abort());
  await page.goto(`${url}/ehr/#user=nurse&patient=ana-reyes&frame=900`);
  const frame = await appFrame(page);
  t.match(await frame.getByRole('region', { name: 'Safety' }).innerText(), /could not be read/);
  await page.close();
});

t.test('Another patient in the same window shows only that patient', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=900');
  await frame.getByRole('button', { name: 'Glucose meter and strips from Bluebird', exact: true }).waitFor();
  await page.getByLabel('Patient').selectOption('marcus-bell');
  await page
    .frameLocator('iframe')
    .getByRole('button', { name: 'Write the crisis plan with Marcus', exact: true })
    .waitFor();
  const shown = await (await appFrame(page)).innerText('body');
  t.notMatch(shown, /Ana|Glucose/);
  t.equal(page.frames().length, 2, 'one frame, and no popup');
  t.equal(
    await page.frames()[1]!.evaluate('sessionStorage.length'),
    0,
    'nothing of the launch is left in the window',
  );
  await page.close();
});

t.test('A record of another patient than the one in the token is never shown', async (t) => {
  for (const [what, pattern, path] of [
    ['Patient', '**/fhir/Patient/ana-reyes', 'Patient/marcus-bell'],
    ['Task', '**/fhir/Task?patient=*', 'Task?patient=Patient/marcus-bell&status=in-progress'],
  ] as const) {
    const page = await browser.newPage();
    page.setDefaultTimeout(10_000);
    // The server's own answer for somebody else, fetched with the app's token.
    await page.route(pattern, async (route) => {
      await route.fulfill({ response: await route.fetch({ url: `${base}/${path}` }) });
    });
    await page.goto(`${url}/ehr/#user=nurse&patient=ana-reyes&frame=900`);
    const app = page.frameLocator('iframe');
    await app.getByText('The record server answered with another patient.').waitFor();
    t.notMatch(await app.locator('body').innerText(), /Marcus/, what);
    await page.close();
  }
});

/** Opens an address without a chart around it; answers the words of the page. */
async function wordsAt(address: string): Promise<string> {
  const page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(address);
  await page.getByRole('alert').waitFor();
  const words = await page.getByRole('alert').innerText();
  await page.close();
  return words;
}

t.test('A launch that cannot be finished says why and what to do', async (t) => {
  const again = /Go back to the chart and open Throughline again/;
  t.match(await wordsAt(`${url}/app/launch`), /works only when a chart opens it/);
  t.match(await wordsAt(`${url}/app/?code=x&state=y`), /does not belong to a launch that this window began/);
  const elsewhere = encodeURIComponent('https://elsewhere.example/fhir');
  t.match(
    await wordsAt(`${url}/app/launch?iss=${elsewhere}&launch=x`),
    /a record server that this app does not work with/,
  );
  t.match(await wordsAt(`${url}/app/launch?iss=${encodeURIComponent(base)}&launch=unknown`), again);
});

t.test('A frame that is reloaded shows nothing of the patient any more', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=380');
  await frame.evaluate('location.reload()');
  const reloaded = page.frameLocator('iframe').getByRole('alert');
  await reloaded.waitFor();
  t.match(await reloaded.innerText(), /opens from a patient’s chart.*Go back to the chart/s);
  t.notMatch(await page.frameLocator('iframe').locator('body').innerText(), /Ana/);
  await page.close();
});

t.test('A launch without a patient opens on my own work over all patients', async (t) => {
  const answer = await fetch(`${url}/ehr/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'social-worker' }),
  });
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  await page.goto(((await answer.json()) as { url: string }).url);
  const row = page.getByRole('row').filter({ hasText: 'Write the crisis plan with Marcus' });
  await row.waitFor();
  t.match(await row.innerText(), /Marcus Bell/);
  await page.setViewportSize({ width: 320, height: 800 });
  t.ok((await page.evaluate<number>(OVERFLOW)) <= 0, 'it fits 320 px');
  await page.close();
});

t.test(
  'A token that has run out is renewed without a word, and one that cannot be ends the session in words',
  async (t) => {
    const page = await browser.newPage({ locale: 'en-US' });
    page.setDefaultTimeout(10_000);
    let renewals = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/auth/token') && /refresh_token/.test(request.postData() ?? '')) renewals++;
    });
    const expired = {
      status: 401,
      contentType: 'application/fhir+json',
      body: '{"resourceType":"OperationOutcome","issue":[]}',
    };
    await page.route('**/fhir/Task?*', (route) => route.fulfill(expired), { times: 1 });
    await page.goto(`${url}/ehr/#user=nurse&patient=ana-reyes&frame=900`);
    const frame = await appFrame(page);
    t.equal(renewals, 1);

    await page.route('**/fhir/Task/**', (route) => route.fulfill(expired), { times: 1 });
    await page.route('**/auth/token', (route) =>
      route.fulfill({ status: 400, contentType: 'application/json', body: '{"error":"invalid_grant"}' }),
    );
    await frame.getByRole('button', { name: /^Start: Glucose meter/ }).click();
    const asked = frame.getByRole('dialog', { name: 'Your session has ended' });
    await asked.getByRole('button', { name: 'End without signing in' }).click();
    await frame.getByText('Your session has ended.', { exact: true }).waitFor();
    await frame.getByText('Go back to the chart and open Throughline again.').waitFor();
    t.notMatch(await frame.innerText('body'), /Ana|Glucose/);
    await page.close();
  },
);

t.test(
  'What somebody does while the server fails is refused in words, and the work shown says how old it is',
  async (t) => {
    const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=900');
    const start = frame.getByRole('button', { name: /^Start: Glucose meter/ });
    const refusal = frame.getByRole('listitem').filter({ hasText: 'Glucose meter' }).getByRole('alert');

    await page.route('**/fhir/Task/**', (route) => route.abort(), { times: 1 });
    await start.click();
    await refusal.getByText('The record server cannot be reached. Check the connection').waitFor();
    await page.route('**/fhir/Task/**', (route) => route.fulfill({ status: 502, body: '<html>' }), {
      times: 1,
    });
    await start.click();
    await refusal.getByText('The record server could not do this (status 502).').waitFor();

    // The change is written, and then the work cannot be read again.
    await page.route('**/fhir/Task?*', (route) => route.abort());
    await start.click();
    await frame.getByText(/^The record server cannot be reached.* This is how it was at /).waitFor();
    await frame.getByText('Do not leave voice messages').waitFor();
    await page.unroute('**/fhir/Task?*');
    await frame.getByRole('button', { name: 'Try again' }).click();
    await frame.getByText(/This is how it was at/).waitFor({ state: 'detached' });
    await frame.getByRole('button', { name: /^Complete: Glucose meter/ }).waitFor();
    t.pass('the work is read again');
    await page.close();
  },
);

t.test('The chart that is opened under another name of the host goes to the public address', async (t) => {
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  await page.goto(`${url.replace('127.0.0.1', 'localhost')}/ehr/#user=nurse&patient=ana-reyes&frame=900`);
  await appFrame(page);
  t.equal(page.url(), `${url}/ehr/#user=nurse&patient=ana-reyes&frame=900`);
  t.match(await page.getByRole('region', { name: 'Chart header' }).innerText(), /MRN LK-4401/);
  await page.getByRole('button', { name: /^Marcus Bell/ }).click();
  await page.getByRole('heading', { name: 'Marcus Bell' }).waitFor();
  await page.close();
});

t.test('A server that does not answer is said in words, with a way to try again', async (t) => {
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  await page.route('**/fhir/Task?*', (route) => route.abort());
  await page.goto(`${url}/ehr/#user=nurse&patient=ana-reyes&frame=900`);
  const app = page.frameLocator('iframe');
  await app.getByText('The record server cannot be reached.').waitFor();
  await page.unroute('**/fhir/Task?*');
  await app.getByRole('button', { name: 'Try again' }).click();
  const frame = await appFrame(page);
  t.ok(await frame.getByRole('button', { name: /^Start: MRI/ }).isVisible());
  await page.close();
});
