// Bad days: records that miss members or break their form, a server that goes away, refuses or is slow. Something is always said,
// and the page is never blank. https://hl7.org/fhir/R4/operationoutcome.html
import type { Bundle, Task } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { appFrame, openBrowser, openChart } from '../../../scripts/browser.ts';
import { laying, startServer } from '../helpers/server.ts';

t.setTimeout(180_000);
await buildAppIfStale();
const server = await startServer(t, { open: false, demo: true, listen: true });
const { url } = server;
const lay = laying(server);
const browser = await openBrowser();
t.teardown(() => browser.close());

/** Opens a chart; `problems` are uncaught errors of the page. */
async function open(hash: string, before: (page: Page) => Promise<unknown> = async () => undefined) {
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  await before(page);
  await page.goto(`${url}/ehr/#${hash}`);
  return page;
}

t.test('Tasks and a patient that miss what they may miss are shown', async (t) => {
  await lay('PUT', '/Patient/nameless', {
    resourceType: 'Patient',
    id: 'nameless',
    identifier: [{ system: 'https://throughline.example/fhir/identifier/mrn', value: 'X-1' }],
  });
  const bare = { resourceType: 'Task', intent: 'order', for: { reference: 'Patient/nameless' } };
  for (const status of ['requested', 'in-progress', 'completed', 'on-hold'])
    await lay('PUT', `/Task/bare-${status}`, { ...bare, id: `bare-${status}`, status });
  await lay('PUT', '/Task/unknown', {
    ...bare,
    id: 'unknown',
    status: 'in-progress',
    code: { coding: [{ system: 'https://elsewhere.example/codes', code: 'x' }] },
    owner: { display: 'Somebody by name only' },
    input: [{ type: { text: 'odd' }, valueString: 'odd' }],
  });
  const page = await open('user=nurse&patient=nameless&frame=900&banner=app');
  const frame = await appFrame(page);
  await frame.getByText('Task without a name').first().waitFor();
  t.notMatch(await frame.innerText('body'), /undefined|null|NaN|Invalid Date|cannot be shown/);
  for (const row of await frame.getByRole('button', { name: 'Task without a name', exact: true }).all())
    await row.click();
  t.notMatch(await frame.innerText('body'), /undefined|null|NaN|Invalid Date|cannot be shown/);
  await page.close();
});

/** What no server should send, and one may. */
const BROKEN: readonly [what: string, change: (task: Task) => unknown][] = [
  [
    'a date that is none',
    (task) => ({ ...task, restriction: { period: { end: 'soon' } }, authoredOn: 'then' }),
  ],
  ['a status that is none', (task) => ({ ...task, status: 'banana' })],
  [
    'members of another kind',
    (task) => ({ ...task, code: 'x', note: 'x', owner: 'x', input: {}, output: 7 }),
  ],
  [
    'members without content',
    (task) => ({ ...task, code: null, description: null, note: [{}], output: [{}] }),
  ],
];

t.test('A task that breaks its form leaves the rest of the record as it is', async (t) => {
  for (const [what, change] of BROKEN) {
    const page = await open('user=nurse&patient=ana-reyes&frame=900', (page) =>
      page.route('**/fhir/Task?patient=*', async (route) => {
        const response = await route.fetch();
        const bundle = (await response.json()) as Bundle;
        for (const entry of bundle.entry ?? [])
          if ((entry.resource as Task | undefined)?.description?.startsWith('Glucose'))
            entry.resource = change(entry.resource as Task) as Task;
        await route.fulfill({ response, json: bundle });
      }),
    );
    const frame = await appFrame(page);
    await frame.getByRole('button', { name: /^Start: MRI/ }).waitFor();
    await frame.getByText('Do not leave voice messages').waitFor();
    t.notMatch(await frame.innerText('body'), /undefined|NaN|Invalid Date/, what);
    await page.close();
  }
});

t.test('A patient and flags that break their form are said to, and the work is shown', async (t) => {
  const page = await open('user=nurse&patient=ana-reyes&frame=900&banner=app', async (page) => {
    await page.route('**/fhir/Patient/ana-reyes', async (route) => {
      const response = await route.fetch();
      const json = { ...(await response.json()), birthDate: 'unknown', name: 'Ana', communication: [{}] };
      await route.fulfill({ response, json });
    });
    await page.route('**/fhir/Flag?*', async (route) => {
      const response = await route.fetch();
      const bundle = (await response.json()) as Bundle;
      for (const { resource } of bundle.entry ?? []) Object.assign(resource!, { code: null });
      await route.fulfill({ response, json: bundle });
    });
  });
  const frame = await appFrame(page);
  await frame.getByRole('button', { name: /^Start: MRI/ }).waitFor();
  t.match(await frame.innerText('main'), /cannot be shown: it is not in a form|could not be read/);
  await page.close();
});

t.test('A refusal names who may, and a dialog that is refused keeps what was typed', async (t) => {
  const { page, frame } = await openChart(browser, url, 'user=navigator&patient=ana-reyes&frame=900');
  await frame.getByRole('button', { name: /^Complete: Cardiology/ }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Done as planned' }).check();
  await dialog.getByLabel('Note').fill('As agreed.');
  await dialog.getByRole('button', { name: 'Complete' }).click();
  await dialog.getByText(/Only a licensed clinician/).waitFor();
  t.equal(await dialog.getByLabel('Note').inputValue(), 'As agreed.');

  await page.route('**/fhir/**', (route) => route.abort());
  await dialog.getByRole('button', { name: 'Complete' }).click();
  await dialog.getByText('The record server cannot be reached.').first().waitFor();
  t.equal(await dialog.getByLabel('Note').inputValue(), 'As agreed.', 'and it can be tried again');
  await page.close();
});

t.test('A dialog that cannot be loaded says so, and the record stays', async (t) => {
  const { page, frame } = await openChart(browser, url, 'user=nurse&patient=ana-reyes&frame=900');
  await page.route('**/app/assets/**', (route) => route.abort());
  await frame.getByRole('button', { name: /^More for Glucose/ }).click();
  await frame.getByRole('menuitem', { name: 'Put on hold…' }).click();
  const broken = frame.getByRole('dialog', { name: 'This could not be opened' });
  await broken.getByText('Part of the app could not be loaded').waitFor();
  await broken.getByRole('button', { name: 'Close' }).click();
  t.ok(await frame.getByRole('button', { name: /^Start: MRI/ }).isVisible());
  await page.close();
});

t.test(
  'A slow server is waited for with the shape of what comes, and after three seconds in words',
  async (t) => {
    let release = () => undefined as unknown;
    const held = new Promise((done) => {
      release = () => done(undefined);
    });
    const page = await open('user=nurse&patient=ana-reyes&frame=380', (page) =>
      page.route('**/fhir/Task?patient=*', async (route) => {
        await held;
        await route.continue();
      }),
    );
    const app = page.frameLocator('iframe');
    await app.getByText('Opening the record…').waitFor();
    await app.getByText('Still waiting for the record server.').waitFor();
    release();
    t.ok(await appFrame(page));
    await page.close();
  },
);
