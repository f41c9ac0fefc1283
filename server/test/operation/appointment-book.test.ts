// Appointment/$book takes the slots of a visit and books it, or books nothing and says what to do.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, AppointmentParticipant, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { startPractice } from '../journey/practice.ts';
import {
  at,
  booking,
  CB,
  OURS,
  reference,
  ruleOf,
  schedule,
  slot,
  tasksOf,
  visit,
  visitOf,
} from './appointment-schedule.ts';

const { callers, put } = await startPractice(t);
const as = (role: string) => callers.find((caller) => caller.role === role)!.ask;
const scheduler = as('scheduler');
const navigator = as('navigator');
const book = booking(scheduler);
const statusOf = async (id: string) => (await scheduler('GET', `/Slot/${id}`)).body.status;
const visitsIn = async (id: string) =>
  ((await scheduler('GET', `/Appointment?slot=Slot/${id}`)).body.entry ?? []).length;

await put(schedule('hearts', { planningHorizon: { start: at(-30).slice(0, 10), end: at(60).slice(0, 10) } }));
await put(schedule('rooms', { actor: [{ reference: 'Location/cedar-hill-office' }] }));
await put(schedule('closed', { active: false, actor: [{ reference: 'Location/cedar-hill-office' }] }));
let hours = 0;
/** A free slot of its own hour, so that nobody is booked twice but where it is meant. */
const freeSlot = async (of = 'rooms', more: Parameters<typeof slot>[4] = {}): Promise<string> => {
  hours++;
  const [day, hour] = [5 + Math.floor(hours / 20), String(hours % 20).padStart(2, '0')];
  const id = `${of}-${hours}`;
  await put(slot(id, of, at(day, `${hour}:00:00Z`), at(day, `${hour}:30:00Z`), more));
  return id;
};
const participantOf = ({ participant }: Appointment, name: string): AppointmentParticipant | undefined =>
  participant.find(
    ({ actor, type }) => actor?.reference === name || type?.[0]?.coding?.some(({ code }) => code === name),
  );

t.test(
  'a scheduler books a visit: its slot is busy, everybody agreed, and the interpreter is asked for',
  async (t) => {
    const id = await freeSlot('hearts');
    const answer = await book(visit([id]), { name: 'comment', valueString: 'Ring twice' });
    t.equal(answer.status, 201);
    t.match(answer.headers.location, /\/fhir\/Appointment\//);
    const made = answer.body as Appointment;
    t.match(made, { status: 'booked', serviceCategory: OURS, minutesDuration: 30, comment: 'Ring twice' });
    t.ok(made.created);
    t.equal(participantOf(made, 'Patient/ana-reyes')?.status, 'accepted');
    t.equal(participantOf(made, 'PractitionerRole/cardiologist')?.status, 'accepted');
    t.equal(participantOf(made, 'translator')?.status, 'needs-action', 'her record says that she needs one');
    t.equal(participantOf(made, 'transport'), undefined);
    t.equal(await statusOf(id), 'busy');

    const [task, ...others] = (await tasksOf(navigator, made.id!, 'nav-barrier-resolve')) as Task[];
    t.equal(others.length, 0, 'one task for the one need');
    t.match(task, {
      status: 'requested',
      for: { reference: 'Patient/ana-reyes' },
      owner: { reference: 'PractitionerRole/navigator' },
      requester: { reference: 'PractitionerRole/scheduler' },
      input: [{ valueCodeableConcept: { coding: [{ code: 'language' }] } }],
    });
    t.ok(task!.restriction!.period!.end! < made.start!, 'due before the visit');
  },
);

t.test('a slot that is taken is refused, with the next free ones of the schedule by name', async (t) => {
  await put(schedule('few', { actor: [{ reference: 'Location/harbour-lane-centre' }] }));
  const [first, next] = [await freeSlot('few'), await freeSlot('few')];
  t.equal((await book(visit([first]))).status, 201);
  const refused = await book(visitOf('Patient/marcus-bell', [first]));
  t.equal(refused.status, 409);
  t.equal(ruleOf(refused), 'slot-taken');
  t.match(refused.body.issue[0].diagnostics, `Slot/${next}`);
  t.strictSame(refused.body.issue[0].expression, ['Appointment.slot']);
  t.equal(await visitsIn(first), 1, 'nothing was stored');
});

t.test('a plain create, update and patch take and free slots as $book does', async (t) => {
  const [first, second] = [await freeSlot(), await freeSlot()];
  const slots = await Promise.all(
    [first, second].map(async (id) => (await scheduler('GET', `/Slot/${id}`)).body),
  );
  const held = (n: number) => ({
    slot: [{ reference: `Slot/${slots[n].id}` }],
    start: slots[n].start,
    end: slots[n].end,
  });
  const body = visit([], { status: 'pending', serviceCategory: OURS, ...held(0) });
  const created = await scheduler('POST', '/Appointment', body);
  t.equal(created.status, 201);
  t.equal(await statusOf(first), 'busy-tentative');
  const { id } = created.body;
  const patch = [{ op: 'replace', path: '/status', value: 'booked' }];
  const headers = { 'content-type': 'application/json-patch+json' };
  t.equal((await scheduler('PATCH', `/Appointment/${id}`, patch, headers)).status, 200);
  t.equal(await statusOf(first), 'busy');
  const moved = await scheduler('PUT', `/Appointment/${id}`, { ...body, id, status: 'booked', ...held(1) });
  t.equal(moved.status, 200);
  t.strictSame([await statusOf(first), await statusOf(second)], ['free', 'busy']);
  const over = { ...moved.body, status: 'cancelled', cancelationReason: { text: 'Not needed' } };
  t.equal((await scheduler('PUT', `/Appointment/${id}`, over)).status, 200);
  t.equal(await statusOf(second), 'free');
});

t.test('a reference with the address of this server, or a version, names the same slot', async (t) => {
  const id = await freeSlot();
  t.equal((await book(visit([`${id}/_history/1`]))).status, 201);
  t.equal(await statusOf(id), 'busy');
  const { fullUrl } = (await scheduler('GET', `/Slot?_id=${id}`)).body.entry[0];
  const refused = await book(visitOf('Patient/marcus-bell', [], { slot: [{ reference: fullUrl }] }));
  t.equal(refused.status, 409);
  t.equal(ruleOf(refused), 'slot-taken');
});

t.test('an appointment that is not ours leaves slots alone', async (t) => {
  const id = await freeSlot();
  const { start, end } = (await scheduler('GET', `/Slot/${id}`)).body;
  const made = await scheduler('POST', '/Appointment', visit([id], { status: 'booked', start, end }));
  t.equal(made.status, 201);
  t.equal(await statusOf(id), 'free');
});

t.test('what a schedule does not offer is refused, each with its rule, and no slot is taken', async (t) => {
  const free = await freeSlot();
  const cases: [rule: string, id: string, more: Partial<Appointment>][] = [
    ['schedule-horizon', 'beyond', {}],
    ['schedule-horizon', 'shut', {}],
    ['visit-in-past', 'past', {}],
    ['visit-outside-slot', free, { start: at(1, '01:00:00Z'), end: at(1, '02:00:00Z') }],
  ];
  await put(slot('beyond', 'hearts', at(70), at(70, '15:30:00Z')));
  await put(slot('shut', 'closed', at(30), at(30, '15:30:00Z')));
  await put(slot('past', 'rooms', at(-3), at(-3, '15:30:00Z')));
  for (const [rule, id, more] of cases) {
    const refused = await book(visit([id], more));
    t.equal(refused.status, 409, rule);
    t.equal(ruleOf(refused), rule);
    t.equal(await statusOf(id), 'free');
    t.equal(await visitsIn(id), 0);
  }
});

t.test('nobody is booked for two visits at once, in whatever schedule', async (t) => {
  await put(slot('clash-1', 'hearts', at(25, '15:00:00Z'), at(25, '15:30:00Z')));
  await put(slot('clash-2', 'rooms', at(25, '10:15:00-05:00'), at(25, '10:45:00-05:00')));
  await put(slot('clash-3', 'rooms', at(25, '15:30:00Z'), at(25, '16:00:00Z')));
  t.equal((await book(visit(['clash-1']))).status, 201);
  const refused = await book(visit(['clash-2']));
  t.equal(refused.status, 409, 'the same patient, by clocks of two zones');
  t.equal(ruleOf(refused), 'double-booking');
  t.notMatch(refused.body.issue[0].diagnostics, /Ana|ana-reyes/);
  const doctor = { actor: { reference: 'PractitionerRole/cardiologist' }, status: 'accepted' as const };
  const other = visitOf('Patient/marcus-bell', ['clash-2']);
  const same = await book({ ...other, participant: [...other.participant, doctor] });
  t.equal(ruleOf(same), 'double-booking', 'the same practitioner');
  t.equal(await statusOf('clash-2'), 'free');
  t.equal((await book(visit(['clash-3']))).status, 201, 'one visit after the other');
  t.equal((await book(other)).status, 201, 'others meanwhile');
});

t.test('two visits at once are refused in one transaction too, and nothing of it is stored', async (t) => {
  await put(slot('both-1', 'rooms', at(26, '15:00:00Z'), at(26, '15:30:00Z')));
  await put(slot('both-2', 'rooms', at(26, '15:10:00Z'), at(26, '15:40:00Z')));
  const entry = ['both-1', 'both-2'].map((id, n) => ({
    resource: visit([id], {
      status: 'booked',
      serviceCategory: OURS,
      start: at(26, `15:${n}0:00Z`),
      end: at(26, `15:${n + 3}0:00Z`),
    }),
    request: { method: 'POST', url: 'Appointment' },
  }));
  const refused = await scheduler('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
  t.equal(refused.status, 409);
  t.equal(ruleOf(refused), 'double-booking');
  t.strictSame([await statusOf('both-1'), await statusOf('both-2')], ['free', 'free']);
});

t.test('a peer books for those assigned to them, and for nobody else', async (t) => {
  const [first, second] = [await freeSlot(), await freeSlot()];
  const asPeer = booking(as('peer'));
  t.equal((await asPeer(visit([first]))).status, 201);
  await put({ resourceType: 'Patient', id: 'not-with-jamal' });
  const refused = await asPeer(visitOf('Patient/not-with-jamal', [second]));
  t.equal(refused.status, 403);
  t.equal(ruleOf(refused), 'book-appointments');
  t.equal(await statusOf(second), 'free');
});

t.test('a patient proposes a visit and books none; a scheduler books what was proposed', async (t) => {
  const id = await freeSlot();
  const patient = as('patient');
  const refused = await booking(patient)(visit([id]));
  t.equal(refused.status, 403);
  t.equal(await statusOf(id), 'free');
  const wish = await patient('POST', '/Appointment', visit([id], { serviceCategory: OURS }));
  t.equal(wish.status, 201);
  t.equal(await statusOf(id), 'free', 'a wish takes no slot');
  const answer = await book(wish.body);
  t.equal(answer.status, 200);
  t.equal(answer.body.id, wish.body.id);
  t.equal(answer.body.status, 'booked');
  t.equal(await statusOf(id), 'busy');
});

t.test('roles that book nothing are refused', async (t) => {
  const id = await freeSlot();
  for (const role of ['auditor', 'natural-support', 'payer-system', 'quality-system']) {
    const refused = await booking(as(role))(visit([id]));
    t.equal(refused.status, 403, role);
  }
  t.equal(await statusOf(id), 'free');
});

t.test(
  'the ride and the language that are asked for are on the visit, with somebody to be found for each',
  async (t) => {
    const id = await freeSlot();
    const language = { coding: [{ system: 'urn:ietf:bcp:47', code: 'vi' }] };
    const answer = await book(
      visitOf('Patient/marcus-bell', [id]),
      { name: 'interpreter-language', valueCodeableConcept: language },
      { name: 'transport', valueCodeableConcept: { text: 'Ride both ways' } },
    );
    t.equal(answer.status, 201);
    const needs = answer.body.extension.find(({ url }: { url: string }) => url.endsWith('access-needs'));
    t.strictSame(
      needs.extension.map(({ url }: { url: string }) => url),
      ['interpreterLanguage', 'transport'],
    );
    t.equal(participantOf(answer.body, 'transport')?.status, 'needs-action');
    t.equal((await tasksOf(navigator, answer.body.id, 'nav-barrier-resolve')).length, 2);
  },
);

t.test('a request that cannot be read is refused', async (t) => {
  const id = await freeSlot();
  const path = '/Appointment/$book';
  const parameter = { name: 'appt-resource', resource: visit([id]) };
  const cases: [name: string, status: number, body: unknown][] = [
    ['no parameters', 400, undefined],
    ['another resource', 400, visit([id])],
    ['no appointment', 400, { resourceType: 'Parameters' }],
    ['an unknown parameter', 400, { resourceType: 'Parameters', parameter: [parameter, { name: 'when' }] }],
    [
      'a resource of another type',
      400,
      {
        resourceType: 'Parameters',
        parameter: [{ name: 'appt-resource', resource: { resourceType: 'Slot' } }],
      },
    ],
  ];
  for (const [name, status, body] of cases)
    t.equal((await scheduler('POST', path, body)).status, status, name);
  t.equal((await book(visit([]))).status, 422, 'no slot');
  t.equal((await book(visit(['there-is-none']))).status, 422, 'a slot that is not there');
  t.equal((await book({ ...visit([id]), status: 'soon' } as never)).status, 422, 'a status that is none');
  t.equal((await book({ ...visit([id]), slot: 'x' } as never)).status, 422, 'a slot that is no list');
  const lost = await book(visit([id]), reference('rescheduled-from', 'Appointment/there-is-none'));
  t.equal(lost.status, 404);
  t.equal((await book({ ...visit([id]), id: 'there-is-none' })).status, 404);
  t.equal(await statusOf(id), 'free');
});

t.test(
  'of two hundred who book a slot at once exactly one gets it, and nobody an error of the server',
  async (t) => {
    const id = await freeSlot('hearts');
    const patients = ['ana-reyes', 'marcus-bell', 'dolores-quinn', 'walter-lindqvist', 'grace-oduya'];
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        n % 2
          ? book(visitOf(`Patient/${patients[n % patients.length]}`, [id]))
          : booking(navigator)(visitOf(`Patient/${patients[n % patients.length]}`, [id])),
      ),
    );
    const statuses = Map.groupBy(answers, ({ status }) => status);
    t.equal(statuses.get(201)?.length, 1);
    t.equal(statuses.get(409)?.length, 199);
    t.equal(await visitsIn(id), 1);
    t.equal(await statusOf(id), 'busy');
  },
);

t.test(
  'the operations are named in the CapabilityStatement, with definitions that can be read',
  async (t) => {
    const { body } = await scheduler('GET', '/metadata');
    const rest = body.rest[0].resource.find(({ type }: { type: string }) => type === 'Appointment');
    const names = (rest.operation ?? []).map(({ definition }: { definition: string }) => definition);
    for (const name of ['find', 'book'])
      t.ok(names.includes(`${CB}/OperationDefinition/Appointment-${name}`));
  },
);
