// A clinician's and a navigator's work in the demo EHR, in a real Chromium against a whole server.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import type { Bundle, Composition, Resource, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';

const CALL = 'Call Ana within two business days';
const PARAMETER = 'https://throughline.example/fhir/CodeSystem/cn-task-parameter';
const REFUSAL = 'Only a licensed clinician can complete a coordination task. Hand it over to a nurse.';

await buildAppIfStale();
const { url, base } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(180_000);

/** The demo chart with the app in its frame. */
const chart = (hash: string, view: ChartView = {}) => openChart(browser, url, hash, view);

async function tokenOf(user: string): Promise<string> {
  const answer = await fetch(`${url}/auth/demo-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Reads a path below the FHIR base as the nurse. */
async function read<T extends Resource>(path: string): Promise<T> {
  const answer = await fetch(`${base}/${path}`, {
    headers: { authorization: `Bearer ${await tokenOf('nurse')}` },
  });
  return (await answer.json()) as T;
}

const readTask = (id: string): Promise<Task> => read(`Task/${id}`);

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

t.test(
  'A navigator who completes a coordination task is refused in a sentence, and nothing is lost',
  async (t) => {
    const { page, frame } = await chart('user=navigator&patient=ana-reyes&frame=900');
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
    const { page, frame, problems } = await chart('user=nurse&patient=ana-reyes&frame=900');
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
    // It keeps its place as long as it can be taken back.
    const done = lane.getByRole('listitem').filter({ hasText: CALL });
    await done.getByRole('button', { name: `Undo: ${CALL}` }).waitFor();
    await frame.getByRole('status').getByText(`Completed: ${CALL}`).waitFor({ state: 'attached' });
    // Focus is kept: it goes to the eight-second line, as the row that had it is gone.
    await frame.locator('[aria-label="At a glance"]:focus').waitFor();

    const task = await readTask('ana-followup-call');
    t.equal(task.status, 'completed');
    t.ok(task.executionPeriod?.end, 'it says when the work ended');
    t.same(task.output?.[0]?.type.coding, [{ system: PARAMETER, code: 'outcome' }]);
    t.equal(task.output?.[0]?.valueCodeableConcept?.text, 'Reached, all clear');
    t.equal(task.note?.at(-1)?.text, 'Feels well, keeps the cardiology date.');
    t.equal(task.note?.at(-1)?.authorReference?.reference, 'Practitioner/nadia-brandt');

    await frame.getByRole('button', { name: /done$/ }).click();
    await frame.getByRole('button', { name: CALL, exact: true }).first().waitFor();
    t.same(problems, []);
    await page.close();
  },
);

t.test('A task that somebody else took meanwhile is not overwritten, and the app says by whom', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=900');
  const title = "Review Ana's HbA1c result";
  const claim = frame.getByRole('button', { name: `Claim: ${title}` });
  await claim.waitFor();
  const task = await readTask('ana-result-review');
  const taken: Task = { ...task, status: 'accepted', owner: { reference: 'PractitionerRole/physician' } };
  t.equal(await updateTask('physician', taken), 200);
  await claim.click();
  const row = frame.getByRole('listitem').filter({ hasText: title });
  await row.getByRole('alert').waitFor();
  t.match(
    await row.getByRole('alert').innerText(),
    /Somebody changed this task meanwhile; taken by Dr\. Priya Raman/,
  );
  t.equal((await readTask('ana-result-review')).owner?.reference, 'PractitionerRole/physician');
  await page.close();
});

t.test(
  'A nurse claims from the pool, starts, puts on hold with a reason and resumes where it was',
  async (t) => {
    const { page, frame } = await chart('user=nurse&patient=marcus-bell&frame=900');
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
  const navigator = await chart('user=navigator&patient=dolores-quinn&frame=900');
  const gate = navigator.frame.getByRole('region', { name: 'Hand-off' });
  t.match(
    await gate.innerText(),
    /Tell Dolores what the ultrasound will cost her/,
    'closed, and says what is missing',
  );
  await gate.getByRole('button', { name: 'Hand off…' }).click();
  const dialog = navigator.frame.getByRole('dialog', { name: 'Hand off to coordination' });
  await dialog.getByLabel('To whom?').selectOption({ label: 'Nadia Brandt, RN' });
  const before = dialog.getByRole('region', { name: 'Before it is sent' });
  await before.getByText('Share status and network decisions with the health plan').waitFor();
  t.match(await before.innerText(), /Goes to\s+Nadia Brandt, RN/, 'to whom');
  t.match(await before.innerText(), /3 open tasks, 1 barrier/, 'what goes along');
  await dialog.getByRole('button', { name: 'Hand off' }).click();
  await dialog.getByText('Say why the patient is handed over now.').waitFor();
  await dialog.getByLabel('Why now?').fill('Cost question is open.');
  await dialog.getByLabel('Note').fill('La autorización needs a nurse.');
  await dialog.getByRole('button', { name: 'Hand off' }).click();
  await gate.getByText(/Waiting for Nadia Brandt, RN since/).waitFor();
  t.match(await gate.innerText(), /Why: Cost question is open\./);
  t.equal(await gate.getByRole('button', { name: /^Accept/ }).count(), 0, 'the sender does not accept it');
  await navigator.page.close();

  const found = await read<Bundle<Task>>(
    'Task?patient=Patient/dolores-quinn&status=requested&code=handoff&_sort=-_lastUpdated',
  );
  const handoff = found.entry?.[0]?.resource;
  const codes = handoff?.input?.map(({ type }) => type.coding?.[0]);
  t.ok(codes?.every((coding) => coding?.system === PARAMETER));
  t.same(
    new Set(codes?.map((coding) => coding?.code)),
    new Set(['handoff-summary', 'open-task', 'barrier', 'consent']),
  );
  t.equal(handoff?.requester?.reference, 'PractitionerRole/navigator');
  t.equal(handoff?.owner?.reference, 'PractitionerRole/nurse');
  t.ok(handoff?.input?.some(({ valueReference }) => valueReference?.reference === 'Task/dolores-benefits'));
  const summary = await read<Composition>(handoff?.input?.[0]?.valueReference?.reference ?? '');
  t.equal(summary.subject?.reference, 'Patient/dolores-quinn');
  t.equal(summary.author?.[0]?.reference, 'PractitionerRole/navigator');
  t.equal(summary.type?.coding?.[0]?.code, '18761-7');

  const nurse = await chart('user=nurse&patient=dolores-quinn&frame=900');
  const waiting = nurse.frame.getByRole('region', { name: 'Hand-off' });
  await waiting.getByText('Summary').click();
  await waiting.getByText('La autorización needs a nurse.').waitFor();
  await waiting.getByRole('button', { name: /^Accept/ }).click();
  await waiting.getByRole('heading', { name: 'Hand-off: passed' }).waitFor();
  t.match(await waiting.innerText(), /By you, today/);
  await nurse.page.close();
});

t.test(
  'A task that somebody else finished meanwhile leaves its refusal in sight, and it can be closed',
  async (t) => {
    const { page, frame } = await chart('user=navigator&patient=thanh-pham&frame=900');
    const title = 'Thanh asks whether the new inhaler is covered';
    const claim = frame.getByRole('button', { name: `Claim: ${title}` });
    await claim.waitFor();
    const task = await readTask('thanh-query');
    const reason = { text: 'Asked twice by mistake.' };
    t.equal(await updateTask('supervisor', { ...task, status: 'cancelled', statusReason: reason }), 200);
    await claim.click();
    await frame.getByText('Somebody changed this task meanwhile').waitFor();
    await frame.getByRole('button', { name: title, exact: true }).waitFor({ state: 'detached' });
    await frame.getByRole('button', { name: 'Close' }).click();
    await frame.getByText('Somebody changed this task meanwhile').waitFor({ state: 'detached' });
    await page.close();
  },
);

t.test(
  'A summary that another system wrote as a Composition is shown section by section, as text',
  async (t) => {
    const subject = { reference: 'Patient/joseph-kahale' };
    const author = { reference: 'PractitionerRole/navigator' };
    const section = (title: string, words: string) => ({
      title,
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${words}</p></div>` },
    });
    const composition = {
      resourceType: 'Composition',
      status: 'final',
      type: { coding: [{ system: 'http://loinc.org', code: '18761-7' }] },
      ...{ subject, date: '2026-01-05', author: [author], title: 'Hand-off summary' },
      section: [section('Why now', 'He sleeps <b>badly</b>.'), section('Open', 'The welcome call.')],
    };
    const handoff = {
      resourceType: 'Task',
      status: 'draft',
      intent: 'order',
      code: { coding: [{ system: PARAMETER.replace('parameter', 'code'), code: 'handoff' }] },
      ...{ for: subject, requester: author, owner: { reference: 'PractitionerRole/nurse' } },
      authoredOn: new Date().toISOString(),
      input: [
        {
          type: { coding: [{ system: PARAMETER, code: 'handoff-summary' }] },
          valueReference: { reference: 'urn:uuid:0b3f6f0e-6d55-4f5c-9a53-6a3a3a8f9d11' },
        },
      ],
    };
    const post = (url: string) => ({ method: 'POST', url });
    const answer = await fetch(base, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await tokenOf('navigator')}`,
        'content-type': 'application/fhir+json',
      },
      body: JSON.stringify({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          {
            fullUrl: 'urn:uuid:0b3f6f0e-6d55-4f5c-9a53-6a3a3a8f9d11',
            resource: composition,
            request: post('Composition'),
          },
          { resource: handoff, request: post('Task') },
        ],
      }),
    });
    t.equal(answer.status, 200, await answer.clone().text());
    const { page, frame } = await chart('user=nurse&patient=joseph-kahale&frame=900');
    const gate = frame.getByRole('region', { name: 'Hand-off' });
    await gate.getByText('Summary').click();
    await gate.getByText('Why now').waitFor();
    t.match(await gate.innerText(), /Why now\s+He sleeps badly\.\s+Open\s+The welcome call\./);
    await page.close();
  },
);

t.test('A nurse returns a hand-off with the reason, and the gate says so', async (t) => {
  const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=900');
  const gate = frame.getByRole('region', { name: 'Hand-off' });
  await gate.getByRole('button', { name: /^More for Hand-off of Ana/ }).click();
  await frame.getByRole('menuitem', { name: 'Return…' }).click();
  const dialog = frame.getByRole('dialog', { name: 'Return the hand-off' });
  await dialog.getByRole('button', { name: 'Return' }).click();
  await dialog.getByText('Say why: the sender goes on from it.').waitFor();
  await dialog.getByLabel('Why can it not be accepted?').fill('The ride is not booked yet.');
  await dialog.getByRole('button', { name: 'Return' }).click();
  await gate.getByRole('heading', { name: 'Hand-off: closed' }).waitFor();
  await gate.getByText('Returned: The ride is not booked yet.').waitFor();
  const handoff = await readTask('ana-handoff');
  t.equal(handoff.status, 'rejected');
  t.equal(handoff.statusReason?.text, 'The ride is not booked yet.');
  await page.close();
});

t.test('A physician closes a loop with the report that came back, which stands in the dialog', async (t) => {
  const title = 'Review the psychiatry report and tell Grace';
  const { page, frame } = await chart('user=physician&patient=grace-oduya&frame=900');
  await frame.getByRole('button', { name: `Close loop: ${title}` }).click();
  const dialog = frame.getByRole('dialog', { name: title });
  await dialog.getByText('Psychiatry consultation').first().waitFor();
  await dialog.getByRole('button', { name: 'Record review' }).click();
  await dialog.getByText('Choose what you found. A review is not completed without it.').waitFor();
  t.equal((await readTask('grace-loop')).status, 'in-progress', 'nothing was written');

  await dialog.getByRole('radio', { name: 'Reviewed, nothing to do' }).check();
  await dialog.getByRole('radio', { name: 'I have told them' }).check();
  await dialog.getByRole('button', { name: 'Close loop' }).click();
  await dialog.waitFor({ state: 'detached' });
  const task = await readTask('grace-loop');
  t.equal(task.status, 'completed');
  const outputOf = (code: string) =>
    task.output?.find(({ type }) =>
      type.coding?.some((coding) => coding.system === PARAMETER && coding.code === code),
    );
  t.equal(outputOf('outcome')?.valueCodeableConcept?.text, 'Reviewed, nothing to do');
  t.equal(
    outputOf('consult-note')?.valueReference?.reference,
    'DocumentReference/grace-psychiatry-report',
    'the report that the task names closes it',
  );
  await page.close();
});

t.test("Somebody else's task is taken over before it is started", async (t) => {
  const title = 'Ask Walter whether the pharmacy gave him the new inhaler';
  const { page, frame } = await chart('user=nurse&patient=walter-lindqvist&frame=900');
  await frame.getByRole('button', { name: `Take over: ${title}` }).click();
  await frame.getByRole('button', { name: `Start: ${title}` }).click();
  await frame.getByRole('button', { name: `Confirm visit: ${title}` }).waitFor();
  const task = await readTask('walter-inhaler-receipt');
  t.equal(task.owner?.reference, 'PractitionerRole/nurse');
  t.equal(task.status, 'in-progress');
  await page.close();
});
