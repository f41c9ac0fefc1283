// The second story at the screen: a nurse accepts the hand-off, and three orders are followed until what was ordered has
// happened and Ana knows it. The record system and the practice write by HTTP. https://hl7.org/fhir/R4/task.html
import type {
  Appointment,
  DeviceRequest,
  DocumentReference,
  Resource,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import { at, gone, type Seat, tellInBrowser } from './browser-story.ts';
import { codesOf, concept, keyOf, LOINC, output, refer, role, type Stored, standing } from './story.ts';
import { barrierForm, diagnosis, encounter, enrol, freeTimes } from './story-people.ts';

const story = await tellInBrowser(t);
const { on, today, write, change, find, theTask, chart } = story;
const { person: ana } = await enrol(story, 'Ana Vega', 'MV-7002', 'pin');
const titleOf = ({ description }: Task): string => description!;
/** The task that follows an order, as it is now. */
const following = (order: Resource, code: string): Promise<Stored<Task>> =>
  theTask(ana, code, ({ basedOn = [] }) => basedOn.some(({ reference }) => reference === keyOf(order)));
const stageOf = async (order: Resource, code: string) => standing(await following(order, code))[1];
const ordered = async <T extends Resource>(query: string): Promise<Stored<T>> =>
  (await find<T>('nurse', `${query}&patient=${ana.id}`))[0]!;
const begin = async ({ app }: Seat, { press }: Pick<ReturnType<Seat['hand']>, 'press'>, entry: string) => {
  await press(app.getByRole('button', { name: 'New…' }));
  await press(app.getByRole('menuitem', { name: entry }));
};

const visits = () => find<Appointment>('scheduler', `Appointment?patient=${ana.id}&status=booked`);

let referral: Stored<ServiceRequest>;
let mri: Stored<ServiceRequest>;
let meter: Stored<DeviceRequest>;

t.test('a navigator hands over, and a nurse accepts with one click and reads the summary', async (t) => {
  await write('navigator', await barrierForm(story, ana, 'navigator', { transport: 'N', food: 'N' }));
  await write('ehr', diagnosis(ana, 'E11.9', 'Type 2 diabetes'));
  await write('ehr', diagnosis(ana, 'R07.9', 'Chest discomfort'));
  const navigator = await chart('navigator', ana.id);
  const gateOf = ({ app }: Seat) => app.getByRole('region', { name: 'Hand-off' });
  const { press, select, write: type } = navigator.hand();
  await press(gateOf(navigator).getByRole('button', { name: 'Hand off…' }));
  const dialog = navigator.app.getByRole('dialog', { name: 'Hand off to coordination' });
  await select(dialog.getByLabel('To whom?'), 'Nadia Brandt, RN');
  await type(dialog.getByLabel('Why now?'), 'The first visit is done; there are orders.');
  t.same(await navigator.violations(), []);
  await press(dialog.getByRole('button', { name: 'Hand off' }));
  await gone(dialog);
  await gateOf(navigator)
    .getByText(/Waiting for Nadia Brandt, RN since/)
    .waitFor();
  await navigator.leave(t);

  const nurse = await chart('nurse', ana.id);
  const gate = gateOf(nurse);
  await nurse.within(t, 'accept a hand-off', async (hand) => {
    await hand.press(gate.getByText('Summary'));
    await hand.press(gate.getByRole('button', { name: /^Accept/ }));
  });
  await gate.getByRole('heading', { name: 'Hand-off: passed' }).waitFor();
  t.same(await nurse.violations(), []);
  await nurse.leave(t);
});

t.test('the visit brings three orders; a physician signs each from its template', async (t) => {
  await write('ehr', encounter(ana, 'AMB', [at(0, '13:00'), today()]));
  const physician = await chart('physician', ana.id);
  const { app } = physician;
  const order = (what: string, performer?: string) =>
    physician.within(t, 'refer from a template', async (hand) => {
      await begin(physician, hand, 'Refer…');
      const dialog = app.getByRole('dialog', { name: 'Refer or order' });
      await hand.select(dialog.getByLabel('What for?'), what);
      if (performer) await hand.select(dialog.getByLabel('To whom?'), performer);
      t.same(await physician.violations(), [], what);
      await hand.press(dialog.getByRole('button', { name: 'Sign and send' }));
      await gone(dialog);
    });
  await order('Cardiology');
  await order('MRI of the head', 'Not chosen yet');
  await order('Glucose meter and test strips');
  await physician.leave(t);
  referral = await ordered('ServiceRequest?code=308471005');
  mri = await ordered('ServiceRequest?code=70551');
  meter = await ordered('DeviceRequest?status=active');
  t.match(referral, { status: 'active', performer: [{ reference: 'HealthcareService/cardiology' }] });
  for (const [one, code] of [
    [referral, 'coord-referral'],
    [mri, 'coord-imaging'],
    [meter, 'coord-dme'],
  ] as const)
    t.match(await following(one, code), { owner: role('nurse') }, `${code} follows it`);
});

t.test('for the MRI the direct-contract centre stands there already, estimated to save 15 %', async (t) => {
  const nurse = await chart('nurse', ana.id);
  const { app } = nurse;
  const hand = nurse.hand();
  await begin(nurse, hand, 'Find in network…');
  const dialog = app.getByRole('dialog', { name: 'Find in network' });
  const chosen = dialog.getByRole('row').filter({ has: app.getByRole('radio', { checked: true }) });
  t.match(await chosen.innerText(), /Harbour Lane[\s\S]*Direct contract[\s\S]*\$1,003[\s\S]*\$177 less/);
  t.same(await nurse.violations(), []);
  await hand.press(dialog.getByRole('button', { name: 'Choose' }));
  await gone(dialog);
  await nurse.leave(t);
  mri = await ordered('ServiceRequest?code=70551');
  const decision = mri.extension!.find(({ url }) => url.endsWith('/network-decision'))!.extension!;
  const part = (name: string) => decision.find(({ url }) => url === name);
  t.same(codesOf(part('tier')?.valueCodeableConcept, 'cn-network-tier'), ['direct-contract']);
  t.same(part('decidedBy')?.valueReference, role('nurse'));
  t.equal(part('estimatedSaving')?.valueMoney?.value, 177);
});

t.test('the referral goes out, is accepted, booked, missed and booked again', async (t) => {
  const title = titleOf(await following(referral, 'coord-referral'));
  const nurse = await chart('nurse', ana.id);
  const { press } = nurse.hand();
  await press(nurse.app.getByRole('button', { name: `Request: ${title}` }));
  await press(nurse.app.getByRole('button', { name: `Accept: ${title}` }));
  await nurse.app.getByRole('button', { name: `Start: ${title}` }).waitFor();
  t.equal(await stageOf(referral, 'coord-referral'), 'accepted');
  await nurse.leave(t);

  await freeTimes(story, [role('cardiologist'), { reference: 'Location/cedar-hill-office' }], at(7), at(14));
  const navigator = await chart('navigator', ana.id);
  await navigator.within(t, 'book a visit', async (hand) => {
    await begin(navigator, hand, 'Book a visit…');
    const dialog = navigator.app.getByRole('dialog', { name: 'Book a visit' });
    await hand.select(dialog.getByLabel('For which order?'), 'Cardiology');
    await dialog.getByRole('group', { name: 'When?' }).getByRole('radio', { checked: true }).waitFor();
    await hand.press(dialog.getByRole('button', { name: 'Book' }));
    await gone(dialog);
  });
  await navigator.leave(t);
  t.equal(await stageOf(referral, 'coord-referral'), 'scheduled');
  const [missed] = await visits();

  on(at(7, '17:00'));
  await change('scheduler', missed!, { status: 'noshow' });
});

t.test('a missed visit is a fork of the track, and is made up for from the visit itself', async (t) => {
  const title = titleOf(await following(referral, 'coord-referral'));
  const navigator = await chart('navigator', ana.id);
  const track = navigator.app
    .getByRole('region', { name: 'Referrals' })
    .getByRole('article')
    .filter({ hasText: title });
  await track.getByText('missed').first().waitFor();
  t.same(await navigator.violations(), [], 'axe, with the fork');
  await navigator.app.getByRole('heading', { name: /^Appointments/ }).scrollIntoViewIfNeeded();
  await navigator.within(t, 'book a visit', async (hand) => {
    await hand.press(navigator.app.getByRole('button', { name: /^Book again: / }));
    const dialog = navigator.app.getByRole('dialog', { name: 'Book a visit' });
    await dialog.getByRole('radio', { checked: true }).waitFor();
    await hand.select(dialog.getByLabel('Why?'), 'No ride');
    await hand.press(dialog.getByRole('button', { name: /^(Book|Move)$/ }));
    await gone(dialog);
  });
  await navigator.leave(t);
  t.equal(await stageOf(referral, 'coord-referral'), 'scheduled');
  on(at(14, '17:00'));
  const [kept] = await visits();
  await change('scheduler', kept!, { status: 'arrived' });
  await change('scheduler', kept!, { status: 'fulfilled' });
  t.equal(await stageOf(referral, 'coord-referral'), 'attended');
});

t.test(
  'the report comes back; a physician reads it, tells her and closes the loop in three clicks',
  async (t) => {
    await write<DocumentReference>('ehr', {
      resourceType: 'DocumentReference',
      status: 'current',
      docStatus: 'final',
      type: concept(LOINC, '34099-2'),
      subject: refer(ana),
      date: today(),
      content: [
        { attachment: { contentType: 'text/plain', data: 'QWxsIHdlbGwu', title: 'Cardiology report' } },
      ],
      context: { related: [refer(referral) as { reference: string }] },
    });
    const title = titleOf(await following(referral, 'loop-closure'));
    const physician = await chart('physician', ana.id);
    const { app } = physician;
    const { press } = physician.hand();
    for (const verb of ['Accept', 'Start'])
      await press(app.getByRole('button', { name: `${verb}: ${title}` }).first());
    await physician.within(t, 'close a loop', async (hand) => {
      await hand.press(app.getByRole('button', { name: `Close loop: ${title}` }));
      const dialog = app.getByRole('dialog', { name: title });
      await dialog.getByText('All well.').waitFor();
      await hand.choose(dialog.getByRole('radio', { name: 'Reviewed, nothing to do' }));
      t.same(await physician.violations(), []);
      await hand.press(dialog.getByRole('button', { name: 'Close loop' }));
      await gone(dialog);
    });
    t.same(standing(await following(referral, 'coord-referral')).slice(0, 2), [
      'completed',
      'patient-informed',
    ]);
    await physician.leave(t);
  },
);

t.test(
  'sent is not received: the meter is asked after, and the navigator hears that she has it',
  async (t) => {
    const title = titleOf(await following(meter, 'coord-dme'));
    const nurse = await chart('nurse', ana.id);
    const hand = nurse.hand();
    for (const verb of ['Request', 'Accept', 'Start'])
      await hand.press(nurse.app.getByRole('button', { name: `${verb}: ${title}` }));
    await hand.press(nurse.app.getByRole('button', { name: `Complete: ${title}` }));
    const dialog = nurse.app.getByRole('dialog', { name: title });
    await hand.choose(dialog.getByRole('radio', { name: 'Delivered and in use' }));
    await hand.press(dialog.getByRole('button', { name: 'Complete' }));
    await gone(dialog);
    await nurse.leave(t);
    const check = await following(meter, 'nav-receipt-check');
    t.match(check, { status: 'requested', owner: role('navigator') }, 'somebody asks her');

    const told = async (outcome: string) => {
      const open = await theTask(ana, 'nav-receipt-check', ({ status }) => status === 'requested');
      const navigator = await chart('navigator', ana.id);
      const { press, choose } = navigator.hand();
      for (const verb of ['Accept', 'Start', 'Confirm visit'])
        await press(navigator.app.getByRole('button', { name: `${verb}: ${titleOf(open)}` }));
      const asked = navigator.app.getByRole('dialog', { name: titleOf(open) });
      await choose(asked.getByRole('radio', { name: outcome }));
      t.same(await navigator.violations(), []);
      await press(asked.getByRole('button', { name: 'Confirm visit' }));
      await gone(asked);
      await navigator.leave(t);
    };
    await told('Not received');
    const call = await following(meter, 'outreach-attempt');
    t.match(call, { owner: role('nurse') }, 'it is asked after');
    await story.does('nurse', call, output('outcome', { valueString: 'Sent again' }));
    await told('Received, says the patient');
  },
);
