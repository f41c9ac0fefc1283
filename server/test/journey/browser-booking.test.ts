// Booking, moving, calling off and waiting for a visit: in a real Chromium against a whole server, clicks counted.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, Bundle, Resource, Slot, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import { type ChartView, openBrowser, openChart } from '../../../scripts/browser.ts';
import { startServer } from '../helpers/server.ts';
import { askingOver, begin, counted, overflows, violations } from './browser-record.ts';

await buildAppIfStale();
const { url, base } = await startServer(t, { open: false, demo: true, listen: true });
const browser = await openBrowser();
t.teardown(() => browser.close());
t.setTimeout(180_000);

const chart = (hash: string, view: ChartView = {}) => openChart(browser, url, hash, view);

const asks = askingOver({ url, base });
const read = async <T extends Resource>(path: string): Promise<T> =>
  (await (await asks('physician', path)).json()) as T;
const find = async <T extends Resource>(path: string): Promise<T[]> =>
  ((await read<Bundle>(path)).entry ?? []).map(({ resource }) => resource as T);
const partOf = ({ extension = [] }: Appointment, name: string) =>
  extension.find(({ url: of }) => of.endsWith('/access-needs'))?.extension?.find(({ url: of }) => of === name)
    ?.valueCodeableConcept?.text;

t.test(
  'A visit is booked in the next free time with three clicks, and its task is completed with it',
  async (t) => {
    const title = 'Book Grace a morning visit for blood tests';
    const { page, frame, problems } = await chart('user=navigator&patient=grace-oduya&frame=900');
    await frame.getByRole('button', { name: `Claim: ${title}` }).click();
    await frame.getByRole('button', { name: `Start: ${title}` }).click();
    const counting = counted();
    await counting.click(frame.getByRole('button', { name: `Confirm booking: ${title}` }));
    const dialog = frame.getByRole('dialog', { name: title });
    const times = dialog.getByRole('group', { name: 'When?' }).getByRole('radio');
    await times.first().waitFor();
    t.ok(await times.first().isChecked(), 'the next free one stands there already');
    t.match(
      await dialog.getByRole('region', { name: 'Before it leaves the house' }).innerText(),
      /Larkfield Family/,
    );
    const slot = (await times.nth(1).getAttribute('value'))!;
    await counting.click(times.nth(1));
    await counting.click(dialog.getByRole('button', { name: 'Book' }));
    await dialog.waitFor({ state: 'detached' });
    t.equal(counting.clicks, 3, 'five are allowed');
    const task = await read<Task>('Task/grace-schedule');
    t.equal(task.status, 'completed');
    const booked = task.output?.find(({ type }) => type.coding?.[0]?.code === 'appointment')?.valueReference;
    const visit = await read<Appointment>(booked!.reference!);
    t.match(visit, { status: 'booked', slot: [{ reference: slot }] });
    t.match(visit.basedOn, [{ reference: 'ServiceRequest/grace-metabolic-order' }]);
    t.equal((await read<Slot>(slot)).status, 'busy');
    t.same(problems, []);
    await page.close();
  },
);

t.test('Who finds the time taken is told so, and the next free one is chosen', async (t) => {
  const { page, frame } = await chart('user=scheduler&patient=marcus-bell&frame=380');
  const dialog = await begin(frame, 'Book a visit…');
  const chosen = dialog.getByRole('group', { name: 'When?' }).getByRole('radio', { checked: true });
  await chosen.waitFor();
  const slot = (await chosen.getAttribute('value'))!;
  const others = await asks('scheduler', 'Appointment/$book', {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'appt-resource',
        resource: {
          resourceType: 'Appointment',
          status: 'proposed',
          slot: [{ reference: slot }],
          participant: [{ actor: { reference: 'Patient/joseph-kahale' }, status: 'needs-action' }],
        },
      },
    ],
  });
  t.equal(others.status, 201);
  await dialog.getByRole('button', { name: 'Book' }).click();
  await dialog.getByText(/not free any more|taken that time/).waitFor();
  const next = (await dialog
    .getByRole('group', { name: 'When?' })
    .getByRole('radio', { checked: true })
    .getAttribute('value'))!;
  t.not(next, slot);
  await dialog.getByRole('button', { name: 'Book' }).click();
  await dialog.waitFor({ state: 'detached' });
  const [visit] = await find<Appointment>(
    'Appointment?patient=marcus-bell&status=booked&_sort=-_lastUpdated',
  );
  t.match(visit, { slot: [{ reference: next }] });
  await page.close();
});

t.test('A visit is moved with its interpreter and ride, then called off with a reason', async (t) => {
  const { page, frame } = await chart('user=navigator&patient=ana-reyes&frame=900');
  let dialog = await begin(frame, 'Book a visit…');
  await dialog.getByLabel('What is to be done?').selectOption('move:ana-cardiology-visit');
  t.match(await dialog.getByLabel('Ride').inputValue(), 'both');
  t.equal(await dialog.getByLabel('Interpreter').inputValue(), 'es', 'as it was booked');
  await dialog.getByLabel('Why?').selectOption('pat');
  await dialog.getByRole('radio').first().waitFor();
  await dialog.getByRole('button', { name: 'Move' }).click();
  await dialog.waitFor({ state: 'detached' });
  const old = await read<Appointment>('Appointment/ana-cardiology-visit');
  t.match(old, { status: 'cancelled', cancelationReason: { coding: [{ code: 'pat' }] } });
  const [moved] = await find<Appointment>('Appointment?patient=ana-reyes&status=booked');
  t.match(moved, { basedOn: [{ reference: 'ServiceRequest/ana-cardiology-referral' }] });
  t.equal(partOf(moved!, 'interpreterLanguage'), 'Spanish');
  t.equal(partOf(moved!, 'transport'), 'Ride there and home');
  t.ok(
    JSON.stringify(moved!.extension).includes('Appointment/ana-cardiology-visit'),
    'it says what it replaces',
  );

  dialog = await begin(frame, 'Book a visit…');
  await dialog.getByLabel('What is to be done?').selectOption(`off:${moved!.id}`);
  await dialog.getByLabel('Why?').selectOption('prov');
  await dialog.getByRole('button', { name: 'Call off' }).click();
  await dialog.waitFor({ state: 'detached' });
  t.equal((await read<Appointment>(`Appointment/${moved!.id}`)).status, 'cancelled');
  await page.close();
});

t.test('Where nothing is free the patient is put on the wait list, with what is needed', async (t) => {
  const { page, frame } = await chart('user=navigator&patient=thanh-pham&frame=900');
  const dialog = await begin(frame, 'Book a visit…');
  await dialog.getByRole('radio').first().waitFor();
  await dialog.getByLabel('From which day on?').fill('2099-01-05');
  await dialog.getByText(/Nothing is free there/).waitFor();
  t.ok(await dialog.getByRole('radio', { name: /wait list/ }).isChecked());
  await dialog.getByRole('button', { name: 'Put on the wait list' }).click();
  await dialog.waitFor({ state: 'detached' });
  const [waiting] = await find<Appointment>('Appointment?patient=thanh-pham&status=waitlist');
  t.match(waiting, { requestedPeriod: [{ start: '2099-01-05' }] });
  t.equal(partOf(waiting!, 'interpreterLanguage'), 'Vietnamese');
  await page.close();
});

t.test('Times are chosen with the arrow keys; light, dark and narrow, axe finds nothing', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, frame } = await chart('user=scheduler&patient=dolores-quinn&frame=380', { colorScheme });
    const dialog = await begin(frame, 'Book a visit…');
    await dialog.getByLabel('Where?').selectOption({ label: 'Wherever it is soonest' });
    const times = dialog.getByRole('group', { name: 'When?' }).getByRole('radio');
    await times.nth(2).waitFor();
    await times.first().focus();
    await page.keyboard.press('ArrowDown');
    t.ok(await times.nth(1).isChecked());
    t.ok((await overflows(frame)) <= 0, 'nothing scrolls sideways');
    t.same(await violations(frame), [], colorScheme);
    await page.close();
  }
});

t.test('A practice without a calendar is called, and the time that was agreed is written down', async (t) => {
  const { page, frame } = await chart('user=navigator&patient=ana-reyes&frame=380');
  const dialog = await begin(frame, 'Book a visit…');
  await dialog.getByLabel('For which order?').selectOption({ label: 'MRI of the head' });
  await dialog.getByText('This practice keeps no calendar here.').waitFor();
  await dialog.getByRole('button', { name: 'Book' }).click();
  await dialog.getByText('Enter the time that was agreed').waitFor();
  await dialog.getByLabel('Which time?').fill('2099-03-04T10:00');
  await dialog.getByRole('button', { name: 'Book' }).click();
  await dialog.waitFor({ state: 'detached' });
  const [visit] = await find<Appointment>('Appointment?patient=ana-reyes&status=booked&date=ge2099');
  t.match(visit?.basedOn, [{ reference: 'ServiceRequest/ana-mri' }]);
  t.equal(visit?.minutesDuration, 30);
  const places = visit?.participant.map(({ actor }) => actor?.reference);
  t.ok(places?.includes('Location/harbour-lane-centre'), 'where it is');
  t.equal(partOf(visit!, 'transport'), 'Ride there and home', 'a ride is asked for');
  await page.close();
});
