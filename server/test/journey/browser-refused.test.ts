// What the app says when the token endpoint refuses its code, by the error code of RFC 6749, in a real Chromium.
// https://www.rfc-editor.org/rfc/rfc6749#section-5.2
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { openBrowser } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

t.setTimeout(120_000);
await buildAppIfStale();
const { url } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());

/** What the app shows after a launch whose code is refused. */
async function shown(error: string, status: number): Promise<string> {
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(15_000);
  await page.route(`${url}/auth/token`, (route) =>
    route.fulfill({ status, json: { error, error_description: 'Words of the server' } }),
  );
  const made = await fetch(`${url}/ehr/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'nurse', patient: 'ana-reyes' }),
  });
  await page.goto(((await made.json()) as { url: string }).url);
  await page.getByRole('heading', { name: 'Throughline could not open' }).waitFor();
  const text = await page.locator('main').innerText();
  await page.close();
  return text;
}

t.test('A code that was used or is too old is said to be so, and no other refusal is', async (t) => {
  const used = /already used, or it took too long/;
  const grant = await shown('invalid_grant', 400);
  t.match(grant, used);
  t.match(grant, /It said: Words of the server/);
  for (const [error, status] of [
    ['invalid_client', 401],
    ['unauthorized_client', 400],
  ] as const) {
    const text = await shown(error, status);
    t.match(text, /The sign-in server refused this launch/, error);
    t.match(text, /It said: Words of the server/, error);
    t.notMatch(text, used, error);
  }
});
