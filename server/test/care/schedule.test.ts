// The pure parts of scheduling: what a visit keeps, needs and takes, who waits first, when the day before is, what is booked.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, Patient, Schedule, Slot } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { type Calendar, dayOf, isBusinessDay, plainCalendar } from '../../care/calendar.ts';
import { plainKnowledge } from '../../care/index.ts';
import { booked, interpreterFor } from '../../care/schedule/book.ts';
import { businessDayBefore, dueBefore, morningBefore } from '../../care/schedule/day-before.ts';
import { isOffered, isWanted, proposed } from '../../care/schedule/propose.ts';
import { visitReminder } from '../../care/schedule/reminder.ts';
import { calledOff } from '../../care/schedule/reschedule.ts';
import { anyMeans, wantedOf } from '../../care/schedule/service.ts';
import {
  claimsOf,
  isMet,
  occupiedBy,
  patientOf,
  type VisitStatus,
  withNeeds,
} from '../../care/schedule/visit.ts';
import { fits, inOrder } from '../../care/schedule/wait-list.ts';

const CB = 'https://throughline.example/fhir';
const OURS = [{ coding: [{ system: `${CB}/CodeSystem/cn-category`, code: 'appointment' }] }];
const ANA = { actor: { reference: 'Patient/ana' }, status: 'accepted' as const };
const visit = (more: Partial<Appointment> = {}): Appointment => ({
  resourceType: 'Appointment',
  status: 'booked',
  serviceCategory: OURS,
  start: '2026-03-10T15:00:00Z',
  end: '2026-03-10T15:40:00Z',
  slot: [{ reference: 'Slot/1' }],
  participant: [ANA],
  ...more,
});
const slot = (more: Partial<Slot> = {}): Slot => ({
  resourceType: 'Slot',
  id: '1',
  schedule: { reference: 'Schedule/1' },
  status: 'free',
  start: '2026-03-10T10:00:00-05:00',
  end: '2026-03-10T10:40:00-05:00',
  ...more,
});
const schedule = (more: Partial<Schedule> = {}): Schedule => ({
  resourceType: 'Schedule',
  id: '1',
  actor: [{ reference: 'PractitionerRole/heart' }, { reference: 'Location/hill' }],
  serviceType: [{ coding: [{ system: 'http://snomed.info/sct', code: '394579002' }], text: 'Cardiology' }],
  ...more,
});

t.test('a visit keeps its slots from pending to fulfilled, and in no other status', async (t) => {
  const kept: Partial<Record<VisitStatus, string>> = {
    pending: 'busy-tentative',
    booked: 'busy',
    'checked-in': 'busy',
    arrived: 'busy',
    fulfilled: 'busy',
  };
  const all: VisitStatus[] = [
    'proposed',
    'pending',
    'booked',
    'arrived',
    'fulfilled',
    'cancelled',
    'noshow',
    'entered-in-error',
    'checked-in',
    'waitlist',
  ];
  for (const status of all)
    t.strictSame([...claimsOf(visit({ status }))], kept[status] ? [['Slot/1', kept[status]]] : [], status);
  t.strictSame([...claimsOf(visit({ serviceCategory: [{ text: 'Other' }] }))], [], 'one that is not ours');
  t.strictSame([...claimsOf(visit({ slot: [{ reference: 'Slot/1/_history/3' }] })).keys()], ['Slot/1']);
});

t.test('a visit takes the time of the patient and the practitioners who have to be there', async (t) => {
  const interpreter = [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/participant-type', code: 'translator' }] },
  ];
  const participant = [
    ANA,
    { actor: { reference: 'PractitionerRole/heart' }, required: 'required', status: 'accepted' },
    { actor: { reference: 'Practitioner/guest' }, required: 'optional', status: 'accepted' },
    { actor: { reference: 'Practitioner/busy' }, required: 'required', status: 'declined' },
    { actor: { reference: 'PractitionerRole/words' }, type: interpreter, status: 'accepted' },
    { actor: { reference: 'Location/hill' }, status: 'accepted' },
  ] as Appointment['participant'];
  t.strictSame(occupiedBy(visit({ participant })), ['Patient/ana', 'PractitionerRole/heart']);
  t.equal(patientOf(visit({ participant })), 'Patient/ana');
  t.equal(isMet(visit({ participant }), 'interpreter'), true);
  t.equal(isMet(visit({ participant }), 'transport'), false);
});

t.test('needs are stated once, and beside what is stated already', async (t) => {
  const spanish = { coding: [{ system: 'urn:ietf:bcp:47', code: 'es' }] };
  const url = `${CB}/StructureDefinition/access-needs`;
  const once = withNeeds(visit(), { interpreter: spanish, transport: { text: 'Ride' } });
  t.strictSame(once.extension, [
    {
      url,
      extension: [
        { url: 'interpreterLanguage', valueCodeableConcept: spanish },
        { url: 'transport', valueCodeableConcept: { text: 'Ride' } },
      ],
    },
  ]);
  t.equal(withNeeds(once, { interpreter: { text: 'French' } }), once, 'what is stated stays');
});

t.test(
  'an interpreter is taken over where the record asks for one and nobody there speaks the language',
  async (t) => {
    const spanish = { coding: [{ system: 'urn:ietf:bcp:47', code: 'es-MX' }] };
    const english = { coding: [{ system: 'urn:ietf:bcp:47', code: 'en' }] };
    const required = [
      { url: 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired', valueBoolean: true },
    ];
    const communication = [{ language: english }, { language: spanish, preferred: true }];
    const person: Patient = { resourceType: 'Patient', extension: required, communication };
    t.same(interpreterFor(person, [english]), spanish);
    t.equal(interpreterFor(person, [english, { coding: [{ code: 'es' }] }]), undefined, 'spoken there');
    t.equal(interpreterFor({ resourceType: 'Patient', communication }, []), undefined, 'not asked for');
    t.equal(
      interpreterFor({ resourceType: 'Patient', extension: required }, []),
      undefined,
      'no language known',
    );
  },
);

t.test('what a slot is for is its own, else that of its schedule', async (t) => {
  const wanted = { serviceType: [], specialty: [], visitType: [] };
  const cardiology = { system: 'http://snomed.info/sct', code: '394579002' };
  t.equal(isWanted(slot(), schedule(), wanted), true, 'nothing asked');
  t.equal(isWanted(slot(), schedule(), { ...wanted, serviceType: [cardiology] }), true);
  t.equal(isWanted(slot(), schedule(), { ...wanted, serviceType: [{ code: '394579002' }] }), true);
  t.equal(isWanted(slot(), schedule(), { ...wanted, serviceType: [{ display: 'cardiology' }] }), true);
  t.equal(isWanted(slot(), schedule(), { ...wanted, serviceType: [{ code: 'cardiology' }] }), false);
  const own = slot({ serviceType: [{ text: 'Echo' }] });
  t.equal(isWanted(own, schedule(), { ...wanted, serviceType: [cardiology] }), false);
  const first = slot({ appointmentType: { coding: [{ code: 'FIRST' }] } });
  t.equal(isWanted(first, schedule(), { ...wanted, visitType: [{ code: 'ROUTINE' }] }), false);
  t.equal(
    isWanted(slot(), schedule(), { ...wanted, visitType: [{ code: 'ROUTINE' }] }),
    true,
    'for any kind',
  );
  t.strictSame(wantedOf([{ text: 'Echo' }, { coding: [{ code: 'a' }], text: 'b' }]), [
    { display: 'Echo' },
    { code: 'a' },
  ]);
  t.equal(anyMeans([], [{ code: 'a' }]), false);
});

t.test(
  'a schedule offers what lies in its planning horizon, whole days included, while it is active',
  async (t) => {
    const horizon = (start?: string, end?: string) =>
      schedule({ planningHorizon: { ...(start && { start }), ...(end && { end }) } });
    t.equal(isOffered(slot(), schedule()), true);
    t.equal(isOffered(slot(), schedule({ active: false })), false);
    t.equal(isOffered(slot(), horizon('2026-03-10', '2026-03-10')), true);
    t.equal(isOffered(slot(), horizon('2026-03-11')), false);
    t.equal(isOffered(slot(), horizon(undefined, '2026-03-09')), false);
    t.equal(
      isOffered(slot(), horizon(undefined, '2026-03-10T15:30:00Z')),
      false,
      'it ends after the horizon',
    );
  },
);

t.test('a proposed visit has the time of the slot and the actors of the schedule', async (t) => {
  const found = proposed(slot(), schedule(), {
    serviceType: [],
    specialty: [],
    visitType: [{ code: 'ROUTINE' }],
    patient: 'Patient/ana',
  });
  t.match(found, {
    status: 'proposed',
    start: '2026-03-10T10:00:00-05:00',
    minutesDuration: 40,
    slot: [{ reference: 'Slot/1' }],
    appointmentType: { coding: [{ code: 'ROUTINE' }] },
  });
  t.strictSame(
    found.participant.map(({ actor, type, status }) => [
      actor?.reference,
      type?.[0]?.coding?.[0]?.code,
      status,
    ]),
    [
      ['Patient/ana', undefined, 'needs-action'],
      ['PractitionerRole/heart', 'PPRF', 'needs-action'],
      ['Location/hill', 'LOC', 'needs-action'],
    ],
  );
});

t.test('a booked visit keeps what was sent, and has what was missing', async (t) => {
  const now = new Date('2026-03-01T12:00:00Z');
  const sent: Appointment = {
    resourceType: 'Appointment',
    status: 'proposed',
    comment: 'Ring twice',
    participant: [{ actor: { reference: 'PractitionerRole/heart' }, status: 'tentative' }],
  };
  const slots = [slot({ id: '2', start: '2026-03-10T15:40:00Z', end: '2026-03-10T16:20:00Z' }), slot()];
  const result = booked(
    {
      visit: sent,
      slots,
      schedules: [schedule()],
      patient: 'Patient/ana',
      needs: { transport: { text: 'Ride' } },
      replaces: 'Appointment/old',
    },
    now,
  );
  t.match(result, {
    status: 'booked',
    comment: 'Ring twice',
    start: '2026-03-10T10:00:00-05:00',
    end: '2026-03-10T16:20:00Z',
    minutesDuration: 80,
    created: now.toISOString(),
    serviceType: [{ text: 'Cardiology' }],
  });
  t.strictSame(
    result.participant.map(({ actor, type, status }) => [
      actor?.reference ?? type?.[0]?.coding?.[0]?.code,
      status,
    ]),
    [
      ['Patient/ana', 'accepted'],
      ['PractitionerRole/heart', 'tentative'],
      ['Location/hill', 'accepted'],
      ['transport', 'needs-action'],
    ],
  );
  t.equal(result.extension?.length, 2, 'the need and the link');
});

t.test('a visit is called off by another only while it stands', async (t) => {
  for (const status of ['proposed', 'pending', 'booked', 'waitlist'] as const)
    t.match(calledOff(visit({ status })), {
      status: 'cancelled',
      cancelationReason: { text: 'Rescheduled' },
    });
  for (const status of ['noshow', 'cancelled'] as const) t.equal(calledOff(visit({ status })).status, status);
});

t.test('those who wait are asked by priority, then by how long they wait', async (t) => {
  const waiting = [
    visit({ id: 'late', created: '2026-02-03' }),
    visit({ id: 'last', priority: 9, created: '2026-01-01' }),
    visit({ id: 'unset', priority: 0, created: '2026-01-01' }),
    visit({ id: 'first', priority: 1, created: '2026-02-09' }),
    visit({ id: 'zone', created: '2026-02-02T23:00:00-05:00' }),
  ];
  t.strictSame(
    inOrder(waiting).map(({ id }) => id),
    ['first', 'last', 'unset', 'late', 'zone'],
  );
});

t.test('a free time fits who waits for its days, length, service, person and place', async (t) => {
  const { slot: _, start: __, end: ___, ...waiting } = visit({ status: 'waitlist' });
  const waits = (more: Partial<Appointment>) => fits({ ...waiting, ...more }, slot(), schedule());
  t.equal(waits({}), true);
  t.equal(
    waits({ requestedPeriod: [{ start: '2026-03-11' }, { start: '2026-03-10', end: '2026-03-10' }] }),
    true,
  );
  t.equal(waits({ requestedPeriod: [{ end: '2026-03-09' }] }), false);
  t.equal(waits({ minutesDuration: 60 }), false);
  t.equal(waits({ serviceType: [{ text: 'cardiology' }] }), true);
  t.equal(waits({ serviceType: [{ text: 'Imaging' }] }), false);
  t.equal(waits({ specialty: [{ text: 'Cardiology' }] }), false, 'the schedule names no specialty');
  const heart = { actor: { reference: 'PractitionerRole/heart' }, status: 'needs-action' as const };
  t.equal(waits({ participant: [ANA, heart] }), true);
  t.equal(waits({ participant: [ANA, { ...heart, actor: { reference: 'PractitionerRole/lung' } }] }), false);
});

t.test(
  'the day before a visit is the last business day before it, by the clock of the practice',
  async (t) => {
    const ny: Calendar = { timeZone: 'America/New_York', holidays: new Set(['2026-03-06']) };
    const monday = new Date('2026-03-09T13:00:00Z');
    t.equal(businessDayBefore(monday, ny), '2026-03-05', 'before a weekend, and a holiday');
    t.equal(morningBefore(monday, ny).toISOString(), '2026-03-05T14:00:00.000Z', 'nine in winter');
    t.equal(
      dueBefore(monday, new Date('2026-03-02T00:00:00Z'), ny).toISOString(),
      '2026-03-05T22:00:00.000Z',
    );
    t.equal(
      morningBefore(new Date('2026-03-10T13:00:00Z'), ny).toISOString(),
      '2026-03-09T13:00:00.000Z',
      'nine in summer',
    );
    t.equal(
      morningBefore(new Date('2026-03-10T03:00:00Z'), ny).toISOString(),
      '2026-03-05T14:00:00.000Z',
      'late in the evening it is still the ninth in New York',
    );
    t.equal(dueBefore(monday, new Date('2026-03-08T00:00:00Z'), ny), monday, 'it has gone by');
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2025-01-01'), max: new Date('2028-12-31'), noInvalidDate: true }),
        fc.constantFrom('UTC', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata'),
        (at, timeZone) => {
          const calendar = plainCalendar(timeZone);
          const day = businessDayBefore(at, calendar);
          return (
            day < dayOf(at, calendar) && isBusinessDay(day, calendar) && morningBefore(at, calendar) < at
          );
        },
      ),
    );
  },
);

t.test('the reminder strikes on the morning before, for visits that are booked', async (t) => {
  const asked: (string | undefined)[] = [];
  const knowledge = {
    ...plainKnowledge,
    calendar: (of?: string) => {
      asked.push(of);
      return plainCalendar('America/New_York');
    },
  };
  const heart = { actor: { reference: 'PractitionerRole/heart' }, status: 'accepted' as const };
  t.strictSame(visitReminder.strikes(visit({ participant: [ANA, heart] }), knowledge), [
    { step: 'day-before', due: new Date('2026-03-09T13:00:00Z') },
  ]);
  t.strictSame(asked, ['PractitionerRole/heart'], 'by the business days of the practice');
  for (const status of ['pending', 'cancelled', 'fulfilled', 'noshow'] as const)
    t.strictSame(visitReminder.strikes(visit({ status }), knowledge), [], status);
});
