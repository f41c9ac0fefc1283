// Appointment/$find proposes visits in free slots that the caller may see, and stores nothing.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment } from '@medplum/fhirtypes';
import t from 'tap';
import type { Answer } from '../helpers/server.ts';
import { startPractice } from '../journey/practice.ts';
import { at, OURS, parameters, reference, ruleOf, schedule, slot } from './appointment-schedule.ts';

const { callers, put } = await startPractice(t);
const as = (role: string) => callers.find((caller) => caller.role === role)!.ask;
const scheduler = as('scheduler');

await put(schedule('hearts', { planningHorizon: { start: at(-9).slice(0, 10), end: at(30).slice(0, 10) } }));
await put(schedule('minds', { actor: [{ reference: 'HealthcareService/outpatient-psychiatry' }] }));
await put(schedule('closed', { active: false }));
const PERIOD = [
  { name: 'start', valueDateTime: at(20, '00:00:00Z') },
  { name: 'end', valueDateTime: at(21, '00:00:00Z') },
];
// Eleven in the morning five hours west is four in the afternoon of UTC.
await put(slot('h-late', 'hearts', at(20, '11:00:00-05:00'), at(20, '11:30:00-05:00')));
await put(slot('h-early', 'hearts', at(20, '15:00:00Z'), at(20, '15:30:00Z')));
await put(slot('h-busy', 'hearts', at(20, '14:00:00Z'), at(20, '14:30:00Z'), { status: 'busy' }));
await put(slot('h-past', 'hearts', at(-2), at(-2, '15:30:00Z')));
await put(slot('h-beyond', 'hearts', at(40), at(40, '15:30:00Z')));
await put(
  slot('m-1', 'minds', at(20, '15:10:00Z'), at(20, '15:40:00Z'), { serviceType: [{ text: 'Psychiatry' }] }),
);
await put(slot('c-1', 'closed', at(20, '15:20:00Z'), at(20, '15:50:00Z')));

const slotsIn = ({ body }: Answer): string[] =>
  (body.entry ?? []).flatMap(({ resource }: { resource: Appointment }) =>
    resource.resourceType === 'Appointment' ? resource.slot![0]!.reference!.slice('Slot/'.length) : [],
  );
const find = (...more: Parameters<typeof parameters>) =>
  scheduler('POST', '/Appointment/$find', parameters(...PERIOD, ...more));

t.test('free slots of active schedules are proposed as appointments, the earliest first', async (t) => {
  const answer = await find();
  t.equal(answer.status, 200);
  t.equal(answer.body.type, 'searchset');
  t.strictSame(slotsIn(answer), ['h-early', 'm-1', 'h-late']);
  const [first] = answer.body.entry;
  t.match(first, {
    resource: {
      status: 'proposed',
      serviceCategory: OURS,
      start: at(20, '15:00:00Z'),
      minutesDuration: 30,
      participant: [
        { actor: { reference: 'PractitionerRole/cardiologist' }, status: 'needs-action' },
        { actor: { reference: 'Location/cedar-hill-office' }, status: 'needs-action' },
      ],
    },
    search: { mode: 'match' },
  });
  t.notOk(first.resource.id, 'it is not stored');
  const stored = await scheduler('GET', '/Appointment?slot=Slot/h-early');
  t.notOk(stored.body.entry);
});

t.test('GET with the same parameters finds the same', async (t) => {
  const [start, end] = PERIOD.map(({ valueDateTime }) => valueDateTime);
  const query = `start=${start}&end=${end}&service-type=http://snomed.info/sct|394579002&practitioner=PractitionerRole/cardiologist`;
  const answer = await scheduler('GET', `/Appointment/$find?${query}`);
  t.equal(answer.status, 200);
  t.strictSame(slotsIn(answer), ['h-early', 'h-late']);
});

t.test('a day as the end is meant whole', async (t) => {
  const day = at(20).slice(0, 10);
  const answer = await scheduler('GET', `/Appointment/$find?start=${day}&end=${day}`);
  t.strictSame(slotsIn(answer), ['h-early', 'm-1', 'h-late']);
});

t.test('the past, and what is beyond the planning horizon, are not proposed', async (t) => {
  const hearts = reference('practitioner', 'PractitionerRole/cardiologist');
  const long = [
    { name: 'start', valueDateTime: at(-5) },
    { name: 'end', valueDateTime: at(50) },
  ];
  const answer = await scheduler('POST', '/Appointment/$find', parameters(...long, hearts));
  const found = slotsIn(answer);
  t.notOk(found.includes('h-past'));
  t.notOk(found.includes('h-beyond'));
  t.ok(found.includes('h-early'));
});

t.test('each parameter narrows what is proposed', async (t) => {
  const cases: [name: string, parameter: Parameters<typeof find>[0], slots: string[]][] = [
    [
      'a service by its code',
      { name: 'service-type', valueCoding: { code: '394579002' } },
      ['h-early', 'h-late'],
    ],
    ['a service by its words', { name: 'service-type', valueCoding: { display: 'psychiatry' } }, ['m-1']],
    ['a specialty', { name: 'specialty', valueCoding: { code: '394579002' } }, []],
    ['a practitioner', reference('practitioner', 'Practitioner/whitlock'), []],
    ['a place', reference('location', 'Location/cedar-hill-office'), ['h-early', 'h-late']],
    ['a service', reference('healthcare-service', 'HealthcareService/outpatient-psychiatry'), ['m-1']],
    ['an organisation', reference('organization', 'Organization/willow-street-clinic'), ['m-1']],
    ['an organisation without any', reference('organization', 'Organization/greenline-rides'), []],
  ];
  for (const [name, parameter, slots] of cases) {
    const answer = await find(parameter);
    t.equal(answer.status, 200, name);
    t.strictSame(slotsIn(answer), slots, name);
  }
  const role = (await scheduler('GET', '/PractitionerRole/cardiologist')).body;
  const person = await find(reference('practitioner', role.practitioner.reference));
  t.strictSame(slotsIn(person), ['h-early', 'h-late'], 'a practitioner in any of their roles');
});

t.test('an answer is bounded and says when there may be more, and from when to ask on', async (t) => {
  const answer = await find({ name: '_count', valueInteger: 1 });
  t.strictSame(slotsIn(answer), ['h-early']);
  const { resource, search } = answer.body.entry[1];
  t.equal(search.mode, 'outcome');
  t.equal(resource.issue[0].severity, 'information');
  t.match(resource.issue[0].diagnostics, at(20, '15:10:00Z'));
});

t.test('the times of a patient’s other visits are left out, and the patient takes part', async (t) => {
  await put({
    resourceType: 'Appointment',
    id: 'ana-elsewhere',
    status: 'booked',
    serviceCategory: OURS,
    start: at(20, '16:15:00Z'),
    end: at(20, '16:45:00Z'),
    participant: [{ actor: { reference: 'Patient/ana-reyes' }, status: 'accepted' }],
  });
  const answer = await find(reference('patient', 'Patient/ana-reyes'));
  t.strictSame(slotsIn(answer), ['h-early', 'm-1']);
  t.match(answer.body.entry[0].resource.participant[0], { actor: { reference: 'Patient/ana-reyes' } });
});

t.test('a patient whom the caller does not see is not found', async (t) => {
  await put({ resourceType: 'Patient', id: 'nobody-of-jamal' });
  const ask = (patient: string) =>
    as('peer')('POST', '/Appointment/$find', parameters(...PERIOD, reference('patient', patient)));
  t.equal((await ask('Patient/ana-reyes')).status, 200);
  t.equal((await ask('Patient/nobody-of-jamal')).status, 404);
  t.equal((await ask('Patient/there-is-none')).status, 404);
});

t.test('a request that cannot be read is refused with what is allowed', async (t) => {
  const cases: [name: string, body: object | undefined, path: string][] = [
    ['an unknown parameter', undefined, '?when=now'],
    ['a date that is none', undefined, '?start=tomorrow'],
    ['an end before the start', undefined, `?start=${at(3)}&end=${at(2)}`],
    ['another type of resource', parameters(reference('location', 'Patient/ana-reyes')), ''],
    ['a parameter twice', undefined, `?start=${at(3)}&start=${at(4)}`],
    ['a value of another type', parameters({ name: 'service-type', valueBoolean: true }), ''],
    ['no Parameters', { resourceType: 'Patient' }, ''],
    ['two values', parameters({ name: '_count', valueInteger: 1, valueString: '1' }), ''],
  ];
  for (const [name, body, query] of cases) {
    const answer = await scheduler(body ? 'POST' : 'GET', `/Appointment/$find${query}`, body);
    t.equal(answer.status, 400, name);
    t.equal(answer.body.resourceType, 'OperationOutcome', name);
    t.equal(ruleOf(answer), undefined);
  }
});
