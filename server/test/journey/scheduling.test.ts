// What a visit brings with it, by HTTP: help that is arranged, the wait list, rescheduling, a missed and a kept visit.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, Slot, Task } from '@medplum/fhirtypes';
import t from 'tap';
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
} from '../operation/appointment-schedule.ts';
import { startPractice } from './practice.ts';

const { callers, put } = await startPractice(t);
const as = (role: string) => callers.find((caller) => caller.role === role)!.ask;
const scheduler = as('scheduler');
const navigator = as('navigator');
const book = booking(scheduler);
await put(schedule('rooms', { actor: [{ reference: 'Location/cedar-hill-office' }] }));

const read = async <T>(path: string): Promise<T> => (await navigator('GET', `/${path}`)).body as T;
const statusOf = async (id: string) => (await read<Slot>(`Slot/${id}`)).status;
let days = 5;
/** A free slot of a day of its own. */
const freeSlot = async (of = 'rooms', more: Partial<Slot> = {}): Promise<string> => {
  days++;
  const id = `${of}-${days}`;
  await put(slot(id, of, at(days), at(days, '15:30:00Z'), more));
  return id;
};
const change = (visit: Appointment, more: Partial<Appointment>) =>
  scheduler('PUT', `/Appointment/${visit.id}`, { ...visit, ...more });
const bookedVisit = async (...given: Parameters<typeof book>): Promise<Appointment> => {
  const answer = await book(...given);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body as Appointment;
};
const needs = (id: string): Promise<Task[]> => tasksOf(navigator, id, 'nav-barrier-resolve');
const RIDE = { name: 'transport', valueCodeableConcept: { text: 'Ride' } };
const CANCELLED = { status: 'cancelled', cancelationReason: { text: 'Not needed' } } as const;

t.test('the task to arrange a ride is done when somebody agrees to drive, whoever began it', async (t) => {
  const made = await bookedVisit(visitOf('Patient/marcus-bell', [await freeSlot()]), RIDE);
  const [task] = await needs(made.id!);
  t.match(task, {
    status: 'requested',
    input: [{ valueCodeableConcept: { coding: [{ code: 'transport' }] } }],
  });
  const participant = made.participant.map((one) =>
    one.type?.[0]?.coding?.[0]?.code === 'transport'
      ? { ...one, actor: { reference: 'HealthcareService/greenline' }, status: 'accepted' as const }
      : one,
  );
  t.equal((await change(made, { participant })).status, 200);
  const done = await read<Task>(`Task/${task!.id}`);
  t.match(done, {
    status: 'completed',
    output: [{ valueReference: { reference: `Appointment/${made.id}` } }],
  });
  t.ok(done.executionPeriod?.end);
  t.equal((await needs(made.id!)).length, 1, 'and not asked for again');
});

t.test('the task moves with the visit, and is cancelled with it', async (t) => {
  const made = await bookedVisit(visitOf('Patient/marcus-bell', [await freeSlot()]), RIDE);
  const [before] = await needs(made.id!);
  const later = await read<Slot>(`Slot/${await freeSlot()}`);
  const moved = await change(made, {
    slot: [{ reference: `Slot/${later.id}` }],
    start: later.start,
    end: later.end,
  });
  t.equal(moved.status, 200);
  const [after, ...others] = await needs(made.id!);
  t.equal(others.length, 0);
  t.not(after!.restriction!.period!.end, before!.restriction!.period!.end);
  t.equal((await change(moved.body, CANCELLED)).status, 200);
  t.match(await read<Task>(`Task/${before!.id}`), {
    status: 'cancelled',
    statusReason: { text: 'The visit does not need it any more.' },
  });
});

t.test('a visit of somebody who is not enrolled brings no tasks', async (t) => {
  await put({ resourceType: 'Patient', id: 'not-enrolled' });
  const made = await bookedVisit(visitOf('Patient/not-enrolled', [await freeSlot()]), RIDE);
  t.equal((await needs(made.id!)).length, 0);
  const missed = await change(made, { status: 'noshow' });
  t.equal(missed.status, 200);
  t.equal((await tasksOf(navigator, made.id!, 'nav-no-show-recovery')).length, 0);
});

t.test(
  'a missed visit is won back once, and the visit that is booked instead completes the work',
  async (t) => {
    const made = await bookedVisit(visit([await freeSlot()]));
    const missed = await change(made, { status: 'noshow' });
    t.equal(missed.status, 200);
    const [task] = (await tasksOf(navigator, made.id!, 'nav-no-show-recovery')) as Task[];
    t.match(task, { status: 'requested', owner: { reference: 'PractitionerRole/navigator' } });
    t.ok(task!.restriction?.period?.end);
    t.equal((await change(missed.body, { comment: 'Rang twice' })).status, 200);
    t.equal((await tasksOf(navigator, made.id!, 'nav-no-show-recovery')).length, 1, 'once');

    const again = await bookedVisit(
      visit([await freeSlot()]),
      reference('rescheduled-from', `Appointment/${made.id}`),
    );
    const link = again.extension?.find(({ url }) => url.endsWith('/rescheduled-from'));
    t.equal(link?.valueReference?.reference, `Appointment/${made.id}`);
    t.equal((await read<Appointment>(`Appointment/${made.id}`)).status, 'noshow', 'it stays missed');
    t.match(await read<Task>(`Task/${task!.id}`), {
      status: 'completed',
      output: [{ valueReference: { reference: `Appointment/${again.id}` } }],
    });
  },
);

t.test(
  'a visit that is rescheduled is called off with its reason, gives its slot back, and is rescheduled once',
  async (t) => {
    const [first, second] = [await freeSlot(), await freeSlot()];
    const made = await bookedVisit(visit([first]));
    const from = reference('rescheduled-from', `Appointment/${made.id}`);
    const reason = {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason', code: 'prov' },
      ],
    };
    const again = await bookedVisit(visit([second]), from, { name: 'reason', valueCodeableConcept: reason });
    t.match(await read<Appointment>(`Appointment/${made.id}`), {
      status: 'cancelled',
      cancelationReason: reason,
    });
    t.strictSame([await statusOf(first), await statusOf(second)], ['free', 'busy']);

    const third = await freeSlot();
    const refused = await book(visit([third]), from);
    t.equal(refused.status, 409);
    t.equal(ruleOf(refused), 'rescheduled-once');
    t.equal(await statusOf(third), 'free');
    const next = await book(visit([third]), reference('rescheduled-from', `Appointment/${again.id}`));
    t.equal(next.status, 201, 'the one that took its place can be');
  },
);

t.test('a visit moves within its own time, by a new appointment and by a plain create', async (t) => {
  const id = await freeSlot();
  const made = await bookedVisit(visit([id]));
  const again = await bookedVisit(visit([id]), reference('rescheduled-from', `Appointment/${made.id}`));
  t.equal(await statusOf(id), 'busy');
  const { id: _, meta: __, ...rest } = again;
  const link = { url: `${CB}/StructureDefinition/rescheduled-from` };
  const plain = await scheduler('POST', '/Appointment', {
    ...rest,
    extension: [
      ...again.extension!.filter(({ url }) => url !== link.url),
      { ...link, valueReference: { reference: `Appointment/${again.id}` } },
    ],
  });
  t.equal(plain.status, 201);
  t.equal(await statusOf(id), 'busy');
  t.match(await read<Appointment>(`Appointment/${again.id}`), { status: 'cancelled' });
});

t.test('only a visit of the same patient that has not taken place is rescheduled', async (t) => {
  const other = await bookedVisit(visitOf('Patient/marcus-bell', [await freeSlot()]));
  const id = await freeSlot();
  for (const old of [other.id, 'ana-first-visit']) {
    const refused = await book(visit([id]), reference('rescheduled-from', `Appointment/${old}`));
    t.equal(refused.status, 409);
    t.equal(ruleOf(refused), 'rescheduled-from');
  }
  t.equal(await statusOf(id), 'free');
  t.equal((await read<Appointment>(`Appointment/${other.id}`)).status, 'booked');
});

t.test('a first visit that was kept is confirmed with the person; others are not', async (t) => {
  const first = { url: `${CB}/StructureDefinition/first-contact`, valueBoolean: true };
  for (const extension of [[first], []]) {
    const made = await bookedVisit(visit([await freeSlot()], extension.length ? { extension } : {}));
    const arrived = await change(made, { status: 'arrived' });
    t.equal((await change(arrived.body, { status: 'fulfilled' })).status, 200);
    t.equal((await tasksOf(navigator, made.id!, 'nav-receipt-check')).length, extension.length);
  }
});

/** Puts somebody on the wait list. */
const waits = async (patient: string, more: Partial<Appointment> = {}): Promise<Appointment> => {
  const { slot: _, ...wish } = visitOf(patient, []);
  const answer = await scheduler('POST', '/Appointment', {
    ...wish,
    status: 'waitlist',
    serviceCategory: OURS,
    serviceType: [{ text: 'Rare service' }],
    ...more,
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body as Appointment;
};
const offersFor = async (waiting: Appointment): Promise<Task[]> =>
  tasksOf(navigator, waiting.id!, 'nav-schedule');

t.test(
  'a time that becomes free is offered to the first who waits, and to the next when nobody takes it',
  async (t) => {
    await put(
      schedule('rare', {
        actor: [{ reference: 'Location/riverbend-suite' }],
        serviceType: [{ text: 'Rare service' }],
      }),
    );
    const taken = await freeSlot('rare');
    const holder = await bookedVisit(visitOf('Patient/walter-lindqvist', [taken]));
    const old = await waits('Patient/marcus-bell');
    const urgent = await waits('Patient/ana-reyes', { priority: 1 });
    const elsewhere = await waits('Patient/grace-oduya', { priority: 1, serviceType: [{ text: 'Imaging' }] });

    t.equal((await change(holder, CANCELLED)).status, 200);
    t.equal(await statusOf(taken), 'free', 'offered, not booked');
    const [offer, ...more] = await offersFor(urgent);
    t.equal(more.length, 0);
    t.match(offer, {
      status: 'requested',
      basedOn: [{ reference: `Slot/${taken}` }],
      input: [{ valueReference: { reference: `Slot/${taken}` } }],
    });
    t.strictSame([(await offersFor(old)).length, (await offersFor(elsewhere)).length], [0, 0]);

    const refused = await navigator('PUT', `/Task/${offer!.id}`, {
      ...offer,
      status: 'rejected',
      statusReason: { text: 'The time does not suit her' },
    });
    t.equal(refused.status, 200);
    const [next] = await offersFor(old);
    t.equal(next?.status, 'requested');
    t.equal((await offersFor(urgent)).length, 1, 'nobody is offered the same time twice');

    const { start, end } = await read<Slot>(`Slot/${taken}`);
    const booked = await change(old, {
      status: 'booked',
      slot: [{ reference: `Slot/${taken}` }],
      start,
      end,
    });
    t.equal(booked.status, 200);
    t.match(await read<Task>(`Task/${next!.id}`), {
      status: 'completed',
      output: [{ valueReference: { reference: `Appointment/${old.id}` } }],
    });
  },
);

t.test('an offer ends when somebody else takes the time, and when the person waits no more', async (t) => {
  await put(
    schedule('scarce', {
      actor: [{ reference: 'Location/brightwater-office' }],
      serviceType: [{ text: 'Scarce service' }],
    }),
  );
  const waiting = await waits('Patient/dolores-quinn', { serviceType: [{ text: 'Scarce service' }] });
  days++;
  const opened = await scheduler(
    'PUT',
    '/Slot/scarce-new',
    slot('scarce-new', 'scarce', at(days), at(days, '15:30:00Z')),
  );
  t.equal(opened.status, 201, 'a new free time counts too');
  const [offer] = await offersFor(waiting);
  t.equal(offer?.status, 'requested');
  await bookedVisit(visitOf('Patient/walter-lindqvist', ['scarce-new']));
  t.match(await read<Task>(`Task/${offer!.id}`), {
    status: 'cancelled',
    statusReason: { text: 'The time is not free any more.' },
  });
  days++;
  await scheduler('PUT', '/Slot/scarce-2', slot('scarce-2', 'scarce', at(days), at(days, '15:30:00Z')));
  const second = (await offersFor(waiting)).find(({ status }) => status === 'requested');
  t.ok(second);
  t.equal((await change(waiting, CANCELLED)).status, 200);
  t.equal((await read<Task>(`Task/${second!.id}`)).status, 'cancelled');
});

t.test('a reminder that is open ends when the visit is moved or called off', async (t) => {
  const made = await bookedVisit(visit([await freeSlot()]));
  const reminder: Task = {
    resourceType: 'Task',
    id: 'remind-of-visit',
    identifier: [{ system: `${CB}/identifier/task`, value: 'remind-of-visit' }],
    groupIdentifier: { system: `${CB}/identifier/episode`, value: 'e' },
    status: 'ready',
    intent: 'order',
    code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'nav-reminder' }], text: 'Reminder' },
    focus: { reference: `Appointment/${made.id}` },
    for: { reference: 'Patient/ana-reyes' },
  };
  await put(reminder);
  t.equal((await change(made, { comment: 'Nothing moves' })).status, 200);
  t.equal((await read<Task>('Task/remind-of-visit')).status, 'ready');
  const current = await read<Appointment>(`Appointment/${made.id}`);
  t.equal((await change(current, CANCELLED)).status, 200);
  t.equal((await read<Task>('Task/remind-of-visit')).status, 'cancelled');
});

/** Asks until there is an answer, or for so long. */
const within = async <T>(seconds: number, look: () => Promise<T[]>): Promise<T[]> => {
  for (let left = seconds * 4; left > 0; left--) {
    const found = await look();
    if (found.length) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return [];
};

t.test(
  'on the business day before a visit somebody is asked to remind the person, but nobody whom contact endangers',
  async (t) => {
    const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    await put(slot('soon-1', 'rooms', soon(60), soon(90)));
    await put(slot('soon-2', 'rooms', soon(60), soon(90)));
    await put({
      resourceType: 'Flag',
      id: 'marcus-safety',
      status: 'active',
      subject: { reference: 'Patient/marcus-bell' },
      code: {
        coding: [
          {
            system: 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes',
            code: 'contacting-subject-prohibited',
          },
        ],
      },
    });
    const unsafe = await bookedVisit(visitOf('Patient/marcus-bell', ['soon-2']));
    const far = await bookedVisit(visit([await freeSlot()]));
    const made = await bookedVisit(visit(['soon-1']), RIDE);
    const [task] = await within(20, () => tasksOf(navigator, made.id!, 'nav-reminder') as Promise<Task[]>);
    t.match(task, {
      status: 'requested',
      performerType: [{ coding: [{ code: 'scheduler' }] }],
      input: [
        { valueCodeableConcept: { coding: [{ code: 'language' }] } },
        { valueCodeableConcept: { coding: [{ code: 'transport' }] } },
      ],
    });
    t.ok(task!.restriction!.period!.end! <= made.start!);
    for (const { id } of [unsafe, far]) t.equal((await tasksOf(navigator, id!, 'nav-reminder')).length, 0);
  },
);
