// The app's forms check what they are about to send with the server's own validator, in a real Chromium under the server's policy.
// https://hl7.org/fhir/R4/validation.html · https://www.w3.org/WAI/WCAG22/Understanding/error-identification.html
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Locator, Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { appFrame, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

const CALL = 'Call Ana within two business days';
const WRONG = 'Feels well.\u000bKeeps the date.';
const SENTENCE =
  'This text holds a character that a record cannot keep, as when it is pasted from a document. Delete it, or type the text anew.';
const SCRIPT = /\/app\/assets\/validation-[^/]+\.js$/;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

await buildAppIfStale();
const { url } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(180_000);

/** What a page fetches: methods and addresses, in their order. */
function requestsOf(page: Page): string[] {
  const requests: string[] = [];
  page.on('request', (request) => {
    const what = request.postData()?.includes('"resourceType":"Task"') ? ' Task' : '';
    requests.push(`${request.method()} ${request.url()}${what}`);
  });
  return requests;
}
/** Those that send a task; a draft is kept besides. */
const writes = (requests: readonly string[]) => requests.filter((line) => line.endsWith(' Task'));

async function openCall(frame: Frame): Promise<Locator> {
  await frame.getByRole('button', { name: `Log contact: ${CALL}` }).click();
  return frame.getByRole('dialog', { name: CALL });
}

/** What a screen reader says of the field that has the focus. */
const described = (frame: Frame): Promise<string> =>
  frame.evaluate(`document.activeElement.getAttribute('aria-describedby').split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '').join(' ')`);

async function sayWrongly(frame: Frame, dialog: Locator): Promise<Locator> {
  await dialog.getByRole('radio', { name: 'Reached, all clear' }).check();
  const note = dialog.getByLabel('Note');
  await note.fill(WRONG);
  await dialog.getByRole('button', { name: 'Log contact' }).click();
  await dialog.getByRole('alert').waitFor();
  await note.and(frame.locator(':focus')).waitFor();
  return note;
}

t.test('What no field is about stands at the top of the form, and focus goes there', async (t) => {
  const { page, frame } = await openChart(browser, url, 'user=navigator&patient=ana-reyes&frame=900');
  const dialog = await openCall(frame);
  await dialog.getByRole('radio', { name: 'Reached, all clear' }).check();
  await dialog.getByRole('button', { name: 'Log contact' }).click();
  const top = dialog.locator('form > :first-child');
  await top.getByRole('alert').waitFor();
  t.match(await top.innerText(), /Only a licensed clinician can complete a coordination task/);
  t.match(await frame.locator(':focus').innerText(), /Only a licensed clinician/);
  await page.close();
});

t.test(
  'A note that no record can keep is told beside it and not sent; put right, it goes through',
  async (t) => {
    const { page, frame, problems } = await openChart(browser, url, 'user=nurse&patient=ana-reyes&frame=900');
    const requests = requestsOf(page);
    const dialog = await openCall(frame);
    const note = await sayWrongly(frame, dialog);
    t.equal((await dialog.getByRole('alert').innerText()).trim(), SENTENCE);
    t.equal(await note.getAttribute('aria-invalid'), 'true');
    t.match(await described(frame), SENTENCE, 'a screen reader says it with the field');
    t.same(writes(requests), [], 'nothing was sent');
    t.equal(
      requests.filter((line) => SCRIPT.test(line)).length,
      1,
      'the validator came when the form was opened',
    );

    await frame.evaluate(AXE);
    const violations = await frame.evaluate(
      "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((all) => all.violations.map(({ id }) => id))",
    );
    t.same(violations, []);

    await note.fill('Feels well. Keeps the date.');
    await dialog.getByRole('alert').waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Log contact' }).click();
    await dialog.waitFor({ state: 'detached' });
    t.equal(writes(requests).length, 1);
    t.same(problems, [], 'the policy of the page was kept: no code is made from text');
    await page.close();
  },
);

t.test('The page does not fetch the validator before a form is opened', async (t) => {
  const page = await browser.newPage();
  const requests = requestsOf(page);
  await page.goto(`${url}/ehr/#user=nurse&patient=marcus-bell&frame=900`);
  await page.frameLocator('iframe').getByRole('main').getByRole('group').first().waitFor();
  t.ok(requests.some((line) => /\/app\/assets\/app-/.test(line)));
  t.notOk(requests.some((line) => SCRIPT.test(line)));
  await page.close();
});

t.test(
  "Where the validator cannot be fetched, the server's own answer is told in the same place",
  async (t) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    await page.route(SCRIPT, (route) => route.abort());
    const requests = requestsOf(page);
    await page.goto(`${url}/ehr/#user=nurse&patient=ana-reyes&frame=900&lang=es`);
    const frame = await appFrame(page);
    await frame.getByRole('button', { name: /^Completar: Cardiology/ }).click();
    const dialog = frame.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'Hecho como estaba previsto' }).check();
    const note = dialog.getByLabel('Nota');
    await note.fill(WRONG);
    await dialog.getByRole('button', { name: 'Completar' }).click();
    await note.and(frame.locator(':focus')).waitFor();
    t.match(await described(frame), /Este texto contiene un carácter que el expediente no puede guardar/);
    t.equal(await dialog.getByRole('alert').count(), 1);
    t.equal(writes(requests).length, 1, 'the server was asked');
    await page.close();
  },
);
