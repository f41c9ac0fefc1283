// The app in the demo EHR, in a real Chromium against a whole server: launch, act, refuse, switch patient.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Task } from '@medplum/fhirtypes';
import type { Frame, Page } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { openBrowser } from '../../../scripts/screenshot.ts';
import { startServer } from '../helpers/server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CALL = 'Call Ana within two business days';
const REFUSAL = 'Only a licensed clinician can complete a coordination task. Hand it over to a nurse.';

await buildAppIfStale();
const { url, base } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(180_000);

interface View {
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
}

/** Opens the demo chart and waits for the app in its frame. */
async function openChart(hash: string, { width = 1280, height = 860, colorScheme = 'light' }: View = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, locale: 'en-US' });
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy/.test(message.text()))
      problems.push(message.text());
  });
  await page.goto(`${url}/ehr/#${hash}`);
  const frame = await appFrame(page);
  return { page, frame, problems };
}

/** The frame with the app in it, once it shows work. */
async function appFrame(page: Page): Promise<Frame> {
  await page.frameLocator('iframe').getByRole('main').getByRole('group').first().waitFor();
  return page.frames()[1]!;
}

async function tokenOf(user: string): Promise<string> {
  const answer = await fetch(`${url}/auth/demo-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function readTask(id: string): Promise<Task> {
  const answer = await fetch(`${base}/Task/${id}`, {
    headers: { authorization: `Bearer ${await tokenOf('nurse')}` },
  });
  return (await answer.json()) as Task;
}

async function updateTask(user: string, task: Task): Promise<number> {
  const answer = await fetch(`${base}/Task/${task.id}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${await tokenOf(user)}`,
      'content-type': 'application/fhir+json',
      'if-match': `W/"${task.meta?.versionId}"`,
    },
    body: JSON.stringify(task),
  });
  return answer.status;
}

/** Violations of WCAG A and AA that axe calls serious or critical. */
async function violations(frame: Frame): Promise<string[]> {
  await frame.evaluate(AXE);
  return frame.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    .then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

const overflows = (frame: Frame): Promise<number> =>
  frame.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

t.test(
  'A navigator who completes a coordination task is refused in a sentence, and nothing is lost',
  async (t) => {
    const { page, frame } = await openChart('user=navigator&patient=ana-reyes&frame=900');
    await frame.getByRole('button', { name: `Log contact: ${CALL}` }).click();
    const dialog = frame.getByRole('dialog', { name: CALL });
    await dialog.getByRole('radio', { name: 'Reached, all clear' }).check();
    await dialog.getByLabel('Note').fill('Spoke with her by portal.');
    await dialog.getByRole('button', { name: 'Log contact' }).click();
    await dialog.getByRole('alert').waitFor();
    t.equal((await dialog.getByRole('alert').innerText()).trim(), REFUSAL);
    t.equal(
      await dialog.getByLabel('Note').inputValue(),
      'Spoke with her by portal.',
      'what was typed stays',
    );
    t.equal((await readTask('ana-followup-call')).status, 'in-progress');
    await page.close();
  },
);

t.test(
  'A nurse launches from the chart, completes the late call with its outcome, and the API has it',
  async (t) => {
    const { page, frame, problems } = await openChart('user=nurse&patient=ana-reyes&frame=900');
    await frame.getByRole('heading', { name: 'Navigation' }).waitFor();
    await frame.getByRole('heading', { name: 'Coordination' }).waitFor();
    await frame.getByText('Do not leave voice messages').waitFor();
    const lane = frame.getByRole('region', { name: 'Coordination' });
    const first = lane.getByRole('listitem').first();
    t.match(await first.innerText(), CALL, 'what is late comes first');
    t.match(await first.innerText(), /late, due/, 'and says so in a word');

    await first.getByRole('button', { name: `Log contact: ${CALL}` }).click();
    const dialog = frame.getByRole('dialog', { name: CALL });
    t.match(await dialog.innerText(), /Ana Reyes, born/, 'the dialog says again who this is about');
    await dialog.getByRole('button', { name: 'Log contact' }).click();
    await dialog.getByText('A task cannot be completed without an outcome.').waitFor();
    t.equal((await readTask('ana-followup-call')).status, 'in-progress', 'nothing was written');

    await dialog.getByRole('radio', { name: 'Reached, all clear' }).check();
    await dialog.getByLabel('Note').fill('Feels well, keeps the cardiology date.');
    await dialog.getByRole('button', { name: 'Log contact' }).click();
    await dialog.waitFor({ state: 'detached' });
    await frame.getByRole('button', { name: CALL, exact: true }).waitFor({ state: 'detached' });
    await frame.getByRole('status').getByText(`Completed: ${CALL}`).waitFor({ state: 'attached' });
    // Focus is kept: it goes to the eight-second line, as the row that had it is gone.
    await frame.locator('[aria-label="At a glance"]:focus').waitFor();

    const task = await readTask('ana-followup-call');
    t.equal(task.status, 'completed');
    t.ok(task.executionPeriod?.end, 'it says when the work ended');
    t.equal(task.output?.[0]?.type.coding?.[0]?.code, 'outcome');
    t.equal(task.output?.[0]?.valueCodeableConcept?.text, 'Reached, all clear');
    t.equal(task.note?.at(-1)?.text, 'Feels well, keeps the cardiology date.');
    t.equal(task.note?.at(-1)?.authorReference?.reference, 'Practitioner/nadia-brandt');

    await frame.getByRole('button', { name: /done$/ }).click();
    await frame.getByRole('button', { name: CALL, exact: true }).waitFor();
    t.same(problems, []);
    await page.close();
  },
);

t.test('A task that somebody else took meanwhile is not overwritten, and the app says by whom', async (t) => {
  const { page, frame } = await openChart('user=nurse&patient=ana-reyes&frame=900');
  const title = "Review Ana's HbA1c result";
  const claim = frame.getByRole('button', { name: `Claim: ${title}` });
  await claim.waitFor();
  const task = await readTask('ana-result-review');
  const taken: Task = { ...task, status: 'accepted', owner: { reference: 'PractitionerRole/social-worker' } };
  t.equal(await updateTask('social-worker', taken), 200);
  await claim.click();
  const row = frame.getByRole('listitem').filter({ hasText: title });
  await row.getByRole('alert').waitFor();
  t.match(
    await row.getByRole('alert').innerText(),
    /Somebody changed this task meanwhile; taken by Hannah Okafor/,
  );
  t.equal((await readTask('ana-result-review')).owner?.reference, 'PractitionerRole/social-worker');
  await page.close();
});

t.test(
  'A nurse claims from the pool, starts, puts on hold with a reason and resumes where it was',
  async (t) => {
    const { page, frame } = await openChart('user=nurse&patient=marcus-bell&frame=900');
    const title = 'Lithium level one week after discharge';
    await frame.getByRole('button', { name: `Claim: ${title}` }).click();
    await frame.getByRole('button', { name: `Start: ${title}` }).click();
    await frame.getByRole('button', { name: `More for ${title}` }).click();
    await frame.getByRole('menuitem', { name: 'Put on hold…' }).click();
    const dialog = frame.getByRole('dialog', { name: 'Put on hold' });
    await dialog.getByLabel('What is it waiting for?').fill('The laboratory is closed until Monday.');
    await dialog.getByRole('button', { name: 'Put on hold' }).click();
    await frame.getByRole('button', { name: `Resume: ${title}` }).waitFor();
    const held = await readTask('marcus-lithium-level');
    t.equal(held.owner?.reference, 'PractitionerRole/nurse');
    t.equal(held.status, 'on-hold');
    t.equal(held.statusReason?.text, 'The laboratory is closed until Monday.');
    await frame.getByRole('button', { name: `Resume: ${title}` }).click();
    await frame.getByRole('button', { name: `Complete: ${title}` }).waitFor();
    const resumed = await readTask('marcus-lithium-level');
    t.equal(resumed.status, 'in-progress');
    t.equal(resumed.statusReason, undefined);
    await page.close();
  },
);

t.test('A navigator hands over, the gate waits, the nurse accepts, the gate is passed', async (t) => {
  const navigator = await openChart('user=navigator&patient=dolores-quinn&frame=900');
  const gate = navigator.frame.getByRole('region', { name: 'Hand-off' });
  t.match(
    await gate.innerText(),
    /Tell Dolores what the ultrasound will cost her/,
    'closed, and says what is missing',
  );
  await gate.getByRole('button', { name: 'Hand off…' }).click();
  const dialog = navigator.frame.getByRole('dialog', { name: 'Hand off to coordination' });
  await dialog.getByLabel('To whom?').selectOption({ label: 'Nadia Brandt, RN' });
  await dialog.getByLabel('Summary').fill('');
  await dialog.getByRole('button', { name: 'Hand off' }).click();
  await dialog.getByText('Write a short summary: the clinician starts from it.').waitFor();
  await dialog.getByLabel('Summary').fill('Cost question is open; the authorisation needs a nurse.');
  await dialog.getByRole('button', { name: 'Hand off' }).click();
  await gate.getByText(/Waiting for Nadia Brandt, RN since/).waitFor();
  await navigator.page.close();

  const nurse = await openChart('user=nurse&patient=dolores-quinn&frame=900');
  const waiting = nurse.frame.getByRole('region', { name: 'Hand-off' });
  await waiting.getByText('Summary').click();
  await waiting.getByText('Cost question is open; the authorisation needs a nurse.').waitFor();
  await waiting.getByRole('button', { name: /^Accept/ }).click();
  await waiting.getByRole('heading', { name: 'Hand-off: passed' }).waitFor();
  t.match(await waiting.innerText(), /By you, today/);
  await nurse.page.close();
});

t.test('Another patient in the same window shows only that patient', async (t) => {
  const { page, frame } = await openChart('user=nurse&patient=ana-reyes&frame=900');
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
    const authorization = `Bearer ${await tokenOf('nurse')}`;
    await page.route(pattern, async (route) => {
      const other = await fetch(`${base}/${path}`, { headers: { authorization } });
      await route.fulfill({ contentType: 'application/fhir+json', body: await other.text() });
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
  const bare = await wordsAt(`${url}/app/`);
  t.match(bare, /opens from a patient’s chart/);
  t.match(bare, again);
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
  const { page, frame } = await openChart('user=nurse&patient=ana-reyes&frame=380');
  await frame.evaluate('location.reload()');
  await page.frameLocator('iframe').getByRole('alert').waitFor();
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
  await page.close();
});

t.test('At 320 px nothing scrolls sideways, in English and in Spanish', async (t) => {
  for (const lang of ['en', 'es']) {
    const { page, frame } = await openChart(`user=nurse&patient=ana-reyes&frame=full&lang=${lang}`, {
      width: 320,
    });
    t.ok((await overflows(frame)) <= 0, `${lang}: the app fits`);
    t.ok((await overflows(page.mainFrame())) <= 0, `${lang}: the chart fits`);
    const other = lang === 'en' ? /Navigation/ : /Navegación/;
    await frame.getByRole('tab', { name: other }).click();
    t.ok((await overflows(frame)) <= 0, `${lang}: the other lane fits`);
    await page.close();
  }
});

t.test('The app speaks Spanish, refusals included, and switches language in place', async (t) => {
  const { page, frame } = await openChart('user=navigator&patient=ana-reyes&frame=900&lang=es');
  await frame.getByRole('heading', { name: 'Coordinación' }).waitFor();
  t.equal(await frame.evaluate('document.documentElement.lang'), 'es');
  await frame.getByRole('button', { name: /^Completar: Cardiology/ }).click();
  const dialog = frame.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Completar' }).click();
  await dialog.getByText('Una tarea no se puede completar sin un resultado.').waitFor();
  await dialog.getByRole('radio', { name: 'Hecho como estaba previsto' }).check();
  await dialog.getByRole('button', { name: 'Completar' }).click();
  t.match(await dialog.getByRole('alert').innerText(), /Solo un profesional clínico con licencia/);
  await dialog.getByRole('button', { name: 'Cancelar' }).click();
  await dialog.waitFor({ state: 'detached' });
  await frame.getByRole('button', { name: 'English' }).click();
  await frame.getByRole('heading', { name: 'Coordination' }).waitFor();
  await page.close();
});

t.test(
  'axe finds no serious violation, in light and dark, wide and narrow, with a dialog open',
  async (t) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const frameWidth of ['380', '900']) {
        const { page, frame } = await openChart(`user=nurse&patient=ana-reyes&frame=${frameWidth}`, {
          colorScheme,
        });
        t.same(await violations(frame), [], `${colorScheme}, ${frameWidth} px`);
        await frame.getByRole('button', { name: /^Complete: Cardiology/ }).click();
        await frame.getByRole('dialog').getByRole('button', { name: 'Complete' }).click();
        await frame.getByText('A task cannot be completed without an outcome.').waitFor();
        t.same(await violations(frame), [], `${colorScheme}, ${frameWidth} px, dialog`);
        t.same(await violations(page.mainFrame()), [], `${colorScheme}, ${frameWidth} px, the chart`);
        await page.close();
      }
    }
  },
);
