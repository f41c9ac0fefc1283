// The third story: a psychiatric ward discharges Marc, and that starts the clocks: contact in two business days, a visit in
// seven days, medicines reconciled by somebody who may. Through HTTP alone. https://hl7.org/fhir/R4/encounter.html
import type { CarePlan, Encounter, MedicationRequest, RequestGroup, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { until } from '../helpers/process.ts';
import {
  CB,
  extension,
  output,
  promised,
  refer,
  refusal,
  role,
  type Stored,
  taskCode,
  tellStory,
} from './story.ts';
import { contact, diagnosis, encounter, enrol, freeTimes, proposedVisits } from './story-people.ts';

// The Monday of the week of Thanksgiving, which is a Thursday.
const story = await tellStory(t, '2026-11-16T15:00:00Z');
const { on, write, read, change, find, tasks, theTask, does, move } = story;
const { person: marc } = await enrol(story, 'Marc Bellamy', 'MV-7003', 'tcm');
const byDue = (one: unknown[], other: unknown[]): number =>
  `${one[2]}${one[1]}`.localeCompare(`${other[2]}${other[1]}`);
const done = output('outcome', { valueString: 'Done' });

let stay: Stored<Encounter>;
const started = (plan: string): Promise<Stored<RequestGroup>[]> =>
  find<RequestGroup>(
    'nurse',
    `RequestGroup?patient=${marc.id}&instantiates-canonical=${CB}/PlanDefinition/${plan}`,
  );
/** The tasks of a code that are open. */
const open = async (code: string): Promise<Stored<Task>[]> =>
  (await tasks(marc, code)).filter(({ status }) => status === 'requested');

t.test('the ward tells of the admission, and nothing starts', async (t) => {
  const bipolar = await write('ehr', diagnosis(marc, 'F31.9', 'Bipolar disorder'));
  await write('ehr', diagnosis(marc, 'E11.9', 'Type 2 diabetes'));
  const { period: _period, ...admitted } = encounter(marc, 'IMP', ['', ''], {
    status: 'in-progress',
    diagnosis: [{ condition: refer(bipolar) }],
    serviceProvider: { reference: 'Organization/ashgrove-psychiatric-ward' },
  });
  stay = await write('ehr', { ...admitted, period: { start: '2026-11-16T15:00:00Z' } });
  t.same(await started('cn-pd-discharge-transition'), []);
  t.same(await started('cn-pd-fuh'), []);
});

t.test(
  'the discharge starts the clocks, whoever they are for, from the moment of the discharge',
  async (t) => {
    on('2026-11-24T16:00:00Z');
    stay = await change('ehr', stay, {
      status: 'finished',
      period: { start: '2026-11-16T15:00:00Z', end: '2026-11-24T14:00:00Z' },
      hospitalization: { dischargeDisposition: { text: 'Home' } },
    });
    t.equal((await started('cn-pd-discharge-transition')).length, 1);
    t.equal((await started('cn-pd-fuh')).length, 1);
    const contacts = await theTask(marc, 'coord-transition-contact');
    t.same(
      promised(contacts),
      ['coord-transition-contact', 'nurse', '2026-11-27T22:00:00.000Z'],
      'two business days: the holiday does not count',
    );
    t.same((await tasks(marc, 'coord-transition-visit')).map(promised).sort(byDue), [
      ['coord-transition-visit', 'nurse', '2026-12-01T22:00:00.000Z'],
      ['coord-transition-visit', 'social-worker', '2026-12-01T22:00:00.000Z'],
      ['coord-transition-visit', 'social-worker', '2026-12-24T22:00:00.000Z'],
    ]);
    t.same(promised(await theTask(marc, 'coord-med-reconciliation')), [
      'coord-med-reconciliation',
      'nurse',
      '2026-12-01T22:00:00.000Z',
    ]);
    t.match(await theTask(marc, 'nav-accompany'), { owner: role('peer') });
    t.match(await theTask(marc, 'coord-crisis-plan'), { owner: role('social-worker') });
    t.equal(
      (await find<CarePlan>('nurse', `CarePlan?patient=${marc.id}`)).length,
      1,
      'one plan for all of it',
    );
    await change('ehr', stay, {
      length: { value: 8, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
    });
    t.equal((await started('cn-pd-discharge-transition')).length, 1, 'told again, it does not start again');
  },
);

t.test('nobody answers at first, and the nurse reaches him on the second business day', async (t) => {
  const task = await theTask(marc, 'coord-transition-contact');
  t.same(refusal(await story.tryToMove('navigator', task, 'accepted')), [
    403,
    'navigator-cannot-start-coordination',
  ]);
  await move('nurse', task, 'accepted', 'in-progress');
  on('2026-11-25T15:00:00Z');
  await write(
    'nurse',
    contact(story, marc, 'nurse', 'phone', {
      about: [refer(stay)],
      extension: [extension('contact-outcome', { valueCode: 'no-answer' })],
    }),
  );
  on('2026-11-27T15:00:00Z');
  const spoke = await write(
    'nurse',
    contact(story, marc, 'nurse', 'phone', {
      about: [refer(stay)],
      extension: [extension('contact-outcome', { valueCode: 'reached' })],
    }),
  );
  const completed = await story.tryToComplete(
    'nurse',
    task,
    output('outcome', { valueReference: refer(spoke) }),
  );
  t.equal(completed.status, 200, JSON.stringify(completed.body));
  t.ok(completed.body.executionPeriod.end <= task.restriction!.period!.end!, 'within two business days');
});

t.test('medicines are reconciled by somebody who may', async (t) => {
  await write<MedicationRequest>('physician', {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { text: 'Mood stabiliser' },
    subject: refer(marc),
    authoredOn: '2026-11-24',
    requester: role('physician'),
  });
  const task = await theTask(marc, 'coord-med-reconciliation');
  t.equal(
    (await story.tries('navigator', 'GET', `/MedicationRequest?patient=${marc.id}`)).status,
    403,
    'a navigator sees no medicines',
  );
  t.same(refusal(await story.tryToMove('navigator', task, 'accepted')), [
    403,
    'navigator-cannot-start-coordination',
  ]);
  t.same(refusal(await story.tryToMove('social-worker', task, 'accepted')), [
    403,
    'social-worker-psychosocial-only',
  ]);
  t.equal((await does('nurse', task, done)).status, 'completed');
});

t.test('the visit is missed, made up for, and takes place within seven days', async (t) => {
  await freeTimes(
    story,
    [role('psychiatrist'), { reference: 'Location/willow-street-house' }],
    '2026-11-30T15:00:00Z',
    '2026-12-01T15:00:00Z',
  );
  const booked = async (start: string) => {
    const proposed = await proposedVisits(story, 'scheduler', marc, role('psychiatrist'));
    const resource = proposed.find((one) => Date.parse(one.start!) === Date.parse(start));
    const answer = await story.calls('scheduler', '/Appointment/$book', { name: 'appt-resource', resource });
    t.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  const missed = await booked('2026-11-30T15:00:00Z');
  on('2026-11-30T16:00:00Z');
  await change('scheduler', missed, { status: 'noshow' });
  t.equal(
    (await open('coord-transition-visit')).length,
    4,
    'the follow-up after a stay goes on with another one',
  );
  t.match(await theTask(marc, 'nav-no-show-recovery'), { owner: role('navigator') });

  const kept = await booked('2026-12-01T15:00:00Z');
  on('2026-12-01T16:00:00Z');
  await change('scheduler', kept, { status: 'arrived' });
  await change('scheduler', kept, { status: 'fulfilled' });
  await write(
    'ehr',
    encounter(marc, 'AMB', ['2026-12-01T15:00:00Z', '2026-12-01T15:40:00Z'], { appointment: [refer(kept)] }),
  );
  for (const task of (await open('coord-transition-visit')).filter(
    ({ restriction }) => restriction!.period!.end! <= '2026-12-08T00:00:00Z',
  ))
    await does(task.owner!.reference!.split('/')[1]!, task, done);
  const [left, ...others] = await open('coord-transition-visit');
  t.same(others, []);
  t.equal(
    left?.restriction?.period?.end,
    '2026-12-24T22:00:00.000Z',
    'the one within thirty days is still to come',
  );
});

t.test('in the end the promises of the transition are kept', async (t) => {
  const kept = ['coord-transition-contact', 'coord-med-reconciliation'];
  for (const code of kept) t.equal((await theTask(marc, code)).status, 'completed', code);
  const late = async () => {
    const alarms = await tasks(marc, 'late-work');
    const about = await Promise.all(alarms.map(({ focus }) => read<Task>('supervisor', focus!.reference!)));
    return about.map(taskCode);
  };
  await until(async () => (await late()).includes('nav-accompany'), 'the peer has not called');
  t.notOk(
    (await late()).some((code) => kept.includes(code!)),
    'and what was kept is not late',
  );
});
