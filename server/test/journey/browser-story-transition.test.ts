// The third story at the screen: a ward discharges Marc, and the people who now have clocks running work them off in the app.
// The ward and the practice write by HTTP. https://hl7.org/fhir/R4/encounter.html
import type { Appointment, Encounter, MedicationRequest, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { at, gone, tellInBrowser } from './browser-story.ts';
import { refer, role, type Stored } from './story.ts';
import { diagnosis, encounter, enrol, freeTimes } from './story-people.ts';

const story = await tellInBrowser(t);
const { on, write, change, find, tasks, theTask, chart } = story;
const { person: marc } = await enrol(story, 'Marc Bellamy', 'MV-7003', 'tcm');
const titleOf = ({ description }: Task): string => description!;
let stay: Stored<Encounter>;

t.test('the ward tells of the discharge, and the nurse finds its clocks on her work list', async (t) => {
  const bipolar = await write('ehr', diagnosis(marc, 'F31.9', 'Bipolar disorder'));
  const { period: _period, ...admitted } = encounter(marc, 'IMP', ['', ''], {
    status: 'in-progress',
    diagnosis: [{ condition: refer(bipolar) }],
    serviceProvider: { reference: 'Organization/ashgrove-psychiatric-ward' },
  });
  stay = await write('ehr', { ...admitted, period: { start: at(-8) } });
  on(at(0, '16:00'));
  await change('ehr', stay, {
    status: 'finished',
    period: { start: at(-8), end: at(0, '14:00') },
    hospitalization: { dischargeDisposition: { text: 'Home' } },
  });
  const contact = await theTask(marc, 'coord-transition-contact');
  const nurse = await story.workList('nurse');
  const row = nurse.app
    .getByRole('row')
    .filter({ hasText: 'Marc Bellamy' })
    .filter({ hasText: titleOf(contact) });
  t.match(await row.innerText(), /you/, 'hers, without a click');
  t.same(await nurse.violations(), []);
  await nurse.leave(t);
});

t.test('nobody answers at first, and he is reached within two business days', async (t) => {
  const title = titleOf(await theTask(marc, 'coord-transition-contact'));
  const nurse = await chart('nurse', marc.id);
  const { app } = nurse;
  await nurse.within(t, 'claim', ({ press }) => press(app.getByRole('button', { name: `Accept: ${title}` })));
  await nurse.hand().press(app.getByRole('button', { name: `Start: ${title}` }));
  const called = (outcome: string) =>
    nurse.within(t, 'log a call', async ({ press, choose }) => {
      await press(app.getByRole('button', { name: `Log contact: ${title}` }));
      const dialog = app.getByRole('dialog', { name: title });
      await choose(dialog.getByRole('radio', { name: outcome }));
      t.same(await nurse.violations(), []);
      await press(dialog.getByRole('button', { name: 'Log contact' }));
      await gone(dialog);
    });
  await called('Tried, no answer');
  t.equal((await theTask(marc, 'coord-transition-contact')).status, 'in-progress', 'not done');
  await called('Reached, all clear');
  const done = await theTask(marc, 'coord-transition-contact');
  t.equal(done.status, 'completed');
  t.ok(done.executionPeriod!.end! <= done.restriction!.period!.end!, 'in time');
  await nurse.leave(t);
});

t.test('medicines are reconciled by the nurse with two clicks, and by nobody who may not', async (t) => {
  await write<MedicationRequest>('physician', {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { text: 'Mood stabiliser' },
    subject: refer(marc),
    authoredOn: at(0).slice(0, 10),
    requester: role('physician'),
  });
  const title = titleOf(await theTask(marc, 'coord-med-reconciliation'));
  const navigator = await chart('navigator', marc.id, { frame: '380' });
  await navigator.hand().press(navigator.app.getByRole('tab', { name: /Coordination/ }));
  await navigator.hand().press(navigator.app.getByRole('button', { name: `Take over: ${title}` }));
  await navigator.app.getByRole('alert').first().waitFor();
  t.equal((await theTask(marc, 'coord-med-reconciliation')).owner?.reference, 'PractitionerRole/nurse');
  t.same(await navigator.violations(), [], 'axe, with the refusal');
  await navigator.leave(t);

  const nurse = await chart('nurse', marc.id);
  const { app } = nurse;
  const { press } = nurse.hand();
  for (const verb of ['Accept', 'Start']) await press(app.getByRole('button', { name: `${verb}: ${title}` }));
  await nurse.within(t, 'complete a simple task', async (hand) => {
    await hand.press(app.getByRole('button', { name: `Complete: ${title}` }));
    const dialog = app.getByRole('dialog', { name: title });
    await hand.press(dialog.getByRole('button', { name: 'Complete' }));
    await gone(dialog);
  });
  const done = await theTask(marc, 'coord-med-reconciliation');
  t.match(done, { status: 'completed', output: [{ valueCodeableConcept: { text: 'Done as planned' } }] });
  await nurse.leave(t);
});

/** The newest visit that is booked. */
const booked = async (): Promise<Stored<Appointment>> =>
  (
    await find<Appointment>('scheduler', `Appointment?patient=${marc.id}&status=booked&_sort=-_lastUpdated`)
  )[0]!;

t.test('the visit is booked, missed, and booked again from the task that wins him back', async (t) => {
  await freeTimes(story, [role('psychiatrist'), { reference: 'Location/willow-street-house' }], at(2), at(3));
  const scheduler = await chart('scheduler', marc.id);
  const { app } = scheduler;
  await scheduler.within(t, 'book a visit', async ({ press, select }) => {
    await press(app.getByRole('button', { name: 'New…' }));
    await press(app.getByRole('menuitem', { name: 'Book a visit…' }));
    const dialog = app.getByRole('dialog', { name: 'Book a visit' });
    await select(dialog.getByLabel('Where?'), 'Willow Street Community Mental Health');
    await dialog.getByRole('group', { name: 'When?' }).getByRole('radio', { checked: true }).waitFor();
    await press(dialog.getByRole('button', { name: 'Book' }));
    await gone(dialog);
  });
  const missed = await booked();
  t.equal(Date.parse(missed.start!), Date.parse(at(2)), 'the next free time');
  await scheduler.leave(t);

  on(at(2, '16:30'));
  await change('scheduler', missed, { status: 'noshow' });
  const recovery = titleOf(await theTask(marc, 'nav-no-show-recovery'));
  const navigator = await chart('navigator', marc.id);
  const { press } = navigator.hand();
  await press(navigator.app.getByRole('button', { name: `Accept: ${recovery}` }));
  await navigator.app.getByRole('button', { name: `Start: ${recovery}` }).waitFor();
  await navigator.app.getByRole('heading', { name: /^Appointments/ }).scrollIntoViewIfNeeded();
  await navigator.within(t, 'book a visit', async (hand) => {
    await hand.press(navigator.app.getByRole('button', { name: /^Book again: / }));
    const dialog = navigator.app.getByRole('dialog', { name: 'Book a visit' });
    await dialog.getByRole('radio', { checked: true }).waitFor();
    await hand.select(dialog.getByLabel('Why?'), 'The patient asked for it');
    t.same(await navigator.violations(), []);
    await hand.press(dialog.getByRole('button', { name: /^(Book|Move)$/ }));
    await gone(dialog);
  });
  const kept = await booked();
  t.equal(Date.parse(kept.start!), Date.parse(at(3)));
  t.ok(JSON.stringify(kept.extension).includes(`Appointment/${missed.id}`), 'it says what it replaces');
  await navigator.leave(t);

  on(at(3, '16:30'));
  await change('scheduler', kept, { status: 'arrived' });
  await change('scheduler', kept, { status: 'fulfilled' });
});

t.test('in the end the promises of the transition are kept, and the chart shows it', async (t) => {
  const nurse = await chart('nurse', marc.id);
  const { app } = nurse;
  await app.getByRole('button', { name: /done$/ }).click();
  for (const code of ['coord-transition-contact', 'coord-med-reconciliation']) {
    const task = await theTask(marc, code);
    t.equal(task.status, 'completed', code);
    await app
      .getByRole('button', { name: titleOf(task), exact: true })
      .first()
      .waitFor();
  }
  t.equal((await tasks(marc, 'nav-no-show-recovery'))[0]?.status, 'completed', 'he is won back');
  t.same(await nurse.violations(), []);
  await nurse.leave(t);
});
