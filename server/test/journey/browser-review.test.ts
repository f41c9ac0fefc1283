// Reviewing a report and telling the person, in the app, in a real Chromium against a whole server.
// https://hl7.org/fhir/R4/task.html
import type { Communication, DiagnosticReport, Observation, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';
import { counted, gone, recordOf, violations } from './browser-record.ts';

const REVIEW = 'Review the psychiatry report and tell Grace';
const ORDER = { reference: 'ServiceRequest/grace-psychiatry-referral' };

await buildAppIfStale();
const server = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(120_000);
const { read, find, write } = recordOf(server);
const chart = (hash: string, view: ChartView = {}) => openChart(browser, server.url, hash, view);
const stageOf = async (id: string) =>
  (await read<Task>(`Task/${id}`)).businessStatus?.coding?.map(({ code }) => code);

t.test('A physician reads the report, tells the person and closes the loop in three clicks', async (t) => {
  const { page, frame, problems } = await chart('user=physician&patient=grace-oduya&frame=900');
  const count = counted();
  await count.click(frame.getByRole('button', { name: `Close loop: ${REVIEW}` }));
  const dialog = frame.getByRole('dialog', { name: REVIEW });
  await dialog.getByText('Stable on the present dose.').waitFor();
  await count.click(dialog.getByRole('radio', { name: 'Reviewed, nothing to do' }));
  await dialog.getByText('To Grace Oduya, by portal, in English.').waitFor();
  await dialog.getByText('the loop is closed').waitFor();
  t.same(await violations(frame), []);
  await count.click(dialog.getByRole('button', { name: 'Close loop' }));
  await gone(dialog);
  t.equal(count.clicks, 3);

  const review = await read<Task>('Task/grace-loop');
  t.equal(review.status, 'completed');
  const [outcome, report, answer] = review.output ?? [];
  t.equal(outcome?.valueCodeableConcept?.text, 'Reviewed, nothing to do');
  t.equal(report?.valueReference?.reference, 'DocumentReference/grace-psychiatry-report');
  const told = await read<Communication>(answer?.valueReference?.reference ?? '');
  t.match(told, { language: 'en', recipient: [{ reference: 'Patient/grace-oduya' }] });
  t.match(told.about, [ORDER, { reference: 'Task/grace-loop' }]);
  t.match(told.payload?.[0]?.contentString, /^Hello Grace,\n\nYour report has come back/);
  t.ok((await stageOf('grace-psychiatry'))?.includes('patient-informed'), 'the loop is closed');
  t.equal((await read<Task>('Task/grace-psychiatry')).status, 'completed');

  await frame.getByRole('button', { name: `Undo: ${REVIEW}` }).click();
  await frame.getByRole('button', { name: `Close loop: ${REVIEW}` }).waitFor();
  t.ok((await stageOf('grace-psychiatry'))?.includes('report-received'), 'undone, it is open as before');
  t.same(problems, []);
  await page.close();
});

t.test(
  'A nurse reviews it from the referral; with follow-up the team is asked to tell, and a call closes the loop',
  async (t) => {
    const { page, frame } = await chart('user=nurse&patient=grace-oduya&frame=380');
    await frame.getByRole('tab', { name: /Coordination/ }).click();
    await frame.getByRole('button', { name: /^Record review: Psychiatry/ }).click();
    const dialog = frame.getByRole('dialog', { name: REVIEW });
    await dialog.getByRole('radio', { name: 'Reviewed, follow-up needed' }).check();
    t.ok(await dialog.getByRole('radio', { name: /^The team tells them/ }).isChecked());
    t.same(await violations(frame), []);
    await dialog.getByRole('button', { name: 'Record review' }).click();
    await gone(dialog);
    t.ok((await stageOf('grace-psychiatry'))?.includes('reviewed-by-requester'));
    const [tell] = await find<Task>('Task?patient=grace-oduya&code=coord-post-visit-followup');
    t.match(tell, { status: 'requested', basedOn: [ORDER] });

    await frame.getByRole('button', { name: `More for ${tell?.description}` }).waitFor();
    await frame.getByRole('button', { name: /^(Accept|Claim): Tell the person/ }).click();
    await frame.getByRole('button', { name: `Start: ${tell?.description}` }).waitFor();
    await frame.getByRole('button', { name: `More for ${tell?.description}` }).click();
    await frame.getByRole('menuitem', { name: 'Log contact…' }).click();
    const call = frame.getByRole('dialog', { name: tell?.description });
    await call.getByRole('radio', { name: 'Reached, all clear' }).check();
    await call.getByRole('button', { name: 'Log contact' }).click();
    await gone(call);
    t.ok((await stageOf('grace-psychiatry'))?.includes('patient-informed'), 'the call closes the loop');
    t.equal((await read<Task>(`Task/${tell?.id}`)).status, 'completed', 'begun and done by one contact');
    await page.close();
  },
);

t.test(
  'A result stands in a table, and the message to the patient is in her language; by the keyboard alone',
  async (t) => {
    const subject = { reference: 'Patient/ana-reyes' };
    const concept = (text: string) => ({ coding: [{ system: 'http://loinc.org', code: '4548-4' }], text });
    const result = await write<Observation>(
      {
        resourceType: 'Observation',
        status: 'final',
        category: [
          {
            coding: [
              { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
            ],
          },
        ],
        code: concept('HbA1c again'),
        subject,
        effectiveDateTime: '2026-01-05T09:00:00Z',
        valueQuantity: { value: 7.2, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
        interpretation: [{ text: 'High' }],
        referenceRange: [{ text: 'below 5.7 %' }],
      },
      'physician',
    );
    const report = await write<DiagnosticReport>(
      {
        resourceType: 'DiagnosticReport',
        status: 'final',
        code: concept('Blood sugar over months'),
        subject,
        basedOn: [{ reference: 'ServiceRequest/ana-hba1c-order' }],
        issued: '2026-01-06T09:00:00Z',
        conclusion: 'Better than before.',
        result: [{ reference: `Observation/${result.id}` }],
      },
      'physician',
    );
    const { page, frame } = await chart('user=nurse&patient=ana-reyes&frame=900&lang=es');
    const title = "Review Ana's HbA1c result";
    for (const verb of ['Tomar', 'Empezar', 'Anotar revisión'])
      await frame.getByRole('button', { name: `${verb}: ${title}` }).click();
    const dialog = frame.getByRole('dialog', { name: title });
    await dialog.getByText('Better than before.').waitFor();
    const row = dialog.getByRole('row', { name: /HbA1c again/ });
    t.match(await row.innerText(), /HbA1c again\s+7.2 %\s+High\s+below 5.7 %/);
    await dialog.getByRole('radio', { name: 'Revisado, nada que hacer' }).focus();
    await page.keyboard.press('Space');
    const message = dialog.getByRole('textbox', { name: 'Mensaje' });
    t.match(await message.inputValue(), /^Hola, Ana:/);
    t.equal(await message.getAttribute('lang'), 'es');
    t.same(await violations(frame), []);
    await dialog.getByRole('button', { name: 'Anotar revisión' }).focus();
    await page.keyboard.press('Enter');
    await gone(dialog);
    const done = await read<Task>('Task/ana-result-review');
    t.equal(done.status, 'completed');
    t.ok(
      done.output?.some(
        ({ valueReference }) => valueReference?.reference === `DiagnosticReport/${report.id}`,
      ),
    );
    const [told] = await find<Communication>('Communication?patient=ana-reyes');
    t.equal(told?.language, 'es');
    await page.close();
  },
);
