// Minutes, and what is passed on to somebody else, in the app, in a real Chromium against a whole server.
// https://hl7.org/fhir/R4/observation.html
import type { Communication, Observation, Task } from '@medplum/fhirtypes';
import type { Frame } from 'playwright-core';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';
import { gone, recordOf, violations } from './browser-record.ts';

const CB = 'https://throughline.example/fhir';
const RIDE = /^Ride for /;

await buildAppIfStale();
const server = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(120_000);
const { read, find } = recordOf(server);
const chart = (hash: string, view: ChartView = {}) => openChart(browser, server.url, hash, view);

const entriesOf = (patient: string): Promise<Observation[]> =>
  find<Observation>(`Observation?patient=${patient}&category=${CB}/CodeSystem/cn-category|cn-activity`);
const menu = async (frame: Frame, of: string | RegExp, item: string): Promise<void> => {
  const name = typeof of === 'string' ? `More for ${of}` : new RegExp(`^More for ${of.source.slice(1)}`);
  await frame.getByRole('button', { name }).click();
  await frame.getByRole('menuitem', { name: item }).click();
};

t.test(
  'Minutes are recorded by the keyboard alone; a minute that counts already is refused in words',
  async (t) => {
    const { page, frame } = await chart('user=navigator&patient=ana-reyes&frame=900');
    const open = async () => {
      await menu(frame, RIDE, 'Record minutes…');
      const dialog = frame.getByRole('dialog', { name: 'Record minutes' });
      await dialog.getByText(/recorded minutes count/).waitFor();
      return dialog;
    };
    const dialog = await open();
    t.equal(await dialog.getByLabel('Programme').locator('option:checked').innerText(), 'PIN');
    t.same(await violations(frame), []);
    const before = await dialog.getByText(/recorded minutes count/).innerText();
    await frame.getByRole('spinbutton', { name: 'Minutes' }).and(frame.locator(':focus')).waitFor();
    await page.keyboard.type('15');
    await page.keyboard.press('Enter');
    await gone(dialog);
    const [entry] = await entriesOf('ana-reyes');
    t.match(entry, {
      valueQuantity: { value: 15 },
      focus: [{ reference: 'Task/ana-ride' }],
      performer: [{ reference: 'PractitionerRole/navigator' }],
      extension: [
        { url: `${CB}/StructureDefinition/programme`, valueCode: 'pin' },
        { url: `${CB}/StructureDefinition/programme-consent` },
      ],
    });
    const again = await open();
    t.not(await again.getByText(/recorded minutes count/).innerText(), before, 'the month has grown');
    await again.getByRole('spinbutton', { name: 'Minutes' }).fill('5');
    await again.getByRole('button', { name: 'Record minutes' }).click();
    await again.getByText(/You have minutes from .* already, and a minute counts once/).waitFor();
    t.equal((await entriesOf('ana-reyes'))[0]?.id, entry?.id, 'nothing was written');
    await page.keyboard.press('Escape');
    await gone(again);
    await page.close();
  },
);

t.test('A crisis that a navigator passes on opens a triage task for the nurse', async (t) => {
  const { page, frame } = await chart('user=navigator&patient=ana-reyes&frame=380');
  await menu(frame, RIDE, 'Escalate…');
  const dialog = frame.getByRole('dialog', { name: 'Escalate' });
  await dialog.getByRole('button', { name: 'Escalate' }).click();
  await dialog.getByText(/Choose what it is/).waitFor();
  await dialog.getByRole('radio', { name: /^A crisis/ }).check();
  await dialog
    .getByText('Nadia Brandt, RN gets an urgent task to judge the risk, due in 15 minutes.')
    .waitFor();
  await dialog.getByLabel('What was said or seen?').fill('She said that she cannot go on.');
  t.same(await violations(frame), []);
  await dialog.getByRole('button', { name: 'Escalate' }).click();
  await gone(dialog);
  const [triage] = await find<Task>('Task?patient=ana-reyes&code=coord-risk-triage');
  t.match(triage, {
    priority: 'stat',
    owner: { reference: 'PractitionerRole/nurse' },
    requester: { reference: 'PractitionerRole/navigator' },
  });
  t.equal((await read<Task>('Task/ana-ride')).note?.at(-1)?.text, 'She said that she cannot go on.');
  await page.close();
});

t.test(
  'A symptom that is seen in the work of others, and work that is stuck, reach who is named',
  async (t) => {
    const { page, frame } = await chart('user=navigator&patient=ana-reyes&frame=900');
    await menu(frame, 'Remind Ana of cardiology, through the portal only', 'Escalate…');
    const dialog = frame.getByRole('dialog', { name: 'Escalate' });
    await dialog.getByRole('radio', { name: /^A symptom/ }).check();
    await dialog.getByLabel('What was said or seen?').fill('Short of breath on the stairs.');
    await dialog.getByRole('button', { name: 'Escalate' }).click();
    await gone(dialog);
    const [alert] = await find<Communication>('Communication?patient=ana-reyes');
    t.match(alert, {
      priority: 'urgent',
      payload: [{ contentString: 'Short of breath on the stairs.' }],
      recipient: [{ reference: 'PractitionerRole/nurse' }],
    });
    const triages = await find<Task>('Task?patient=ana-reyes&code=coord-risk-triage');
    t.ok(
      triages.some(({ input = [] }) =>
        input.some((one) => one.valueReference?.reference === `Communication/${alert!.id}`),
      ),
    );

    await menu(frame, RIDE, 'Escalate…');
    await dialog.getByRole('radio', { name: /supervisor/ }).check();
    await dialog.getByText(/Ingrid Solheim \(supervisor\) is asked, until/).waitFor();
    await dialog.getByLabel('What stands in the way?').fill('No company drives to her street.');
    await dialog.getByRole('button', { name: 'Escalate' }).click();
    await gone(dialog);
    const [asked] = await find<Task>('Task?patient=ana-reyes&code=ask-supervisor');
    t.match(asked, {
      status: 'requested',
      priority: 'urgent',
      description: 'No company drives to her street.',
      focus: { reference: 'Task/ana-ride' },
      owner: { reference: 'PractitionerRole/supervisor' },
    });
    await page.close();
  },
);
