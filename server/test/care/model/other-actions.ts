// The actions on visits, requests, plans and minutes: each with what is foretold of it.
// https://hl7.org/fhir/R4/workflow.html
import type { Appointment, CarePlan, Observation, Resource, ServiceRequest } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { type Act, act } from './act.ts';
import {
  HOLDING,
  PEOPLE,
  REQUEST_MOVES,
  REQUEST_STARTS,
  ROLES,
  type Role,
  referenceOf,
  type Status,
  VISIT_MOVES,
  VISIT_STARTS,
} from './tables.ts';
import {
  concept,
  extension,
  held,
  type Model,
  type ModelThing,
  type ModelVisit,
  profile,
  type Real,
  type Refusal,
  refusal,
  SLOTS,
  system,
} from './world.ts';

const roles = fc.constantFrom<Role>(...ROLES, 'navigator', 'nurse', 'physician', 'physician');
const which = fc.nat(30);
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;
const isProgram = (role: Role): boolean => role === 'ehr' || role === 'payer';
const HIDDEN = [refusal(403), refusal(404)];

/** A next status: more often one that the table has than any other. */
const next = (moves: Readonly<Record<Status, readonly Status[]>>, from: Status, n: number): Status =>
  n % 4 && moves[from]!.length ? pick(moves[from]!, n) : pick(Object.keys(moves), n);

/** Statuses in which a visit takes the time of the patient. */
const OCCUPYING: readonly Status[] = ['pending', 'booked', 'checked-in', 'arrived'];
const isMeanwhile = (one: number, other: number): boolean =>
  SLOTS[one]![0] < SLOTS[other]![1] && SLOTS[other]![0] < SLOTS[one]![1];

/** Reasons that a visit cannot have its slot, or the patient its time. */
function ofTime(model: Model, visit: Omit<ModelVisit, 'id'>, before?: ModelVisit): Refusal[] {
  const others = model.visits.filter((one) => one !== before);
  const found: Refusal[] = [];
  const isTaking = HOLDING.includes(visit.status) && !HOLDING.includes(before?.status ?? '');
  if (isTaking && others.some(({ slot, status }) => slot === visit.slot && HOLDING.includes(status)))
    found.push(refusal(409, 'slot-taken'));
  const occupies = OCCUPYING.includes(visit.status) && !OCCUPYING.includes(before?.status ?? '');
  if (
    occupies &&
    others.some(({ slot, status }) => OCCUPYING.includes(status) && isMeanwhile(slot, visit.slot))
  )
    found.push(refusal(409, 'double-booking'));
  return found;
}

const visitBody = ({ patient, slots }: Real, { status, slot }: Omit<ModelVisit, 'id'>): Appointment => ({
  resourceType: 'Appointment',
  meta: profile('cn-appointment'),
  status: status as Appointment['status'],
  serviceCategory: [concept(system('cn-category'), 'appointment')],
  slot: [{ reference: `Slot/${slots[slot]!.id}` }],
  start: slots[slot]!.start,
  end: slots[slot]!.end,
  participant: [{ actor: { reference: patient }, required: 'required', status: 'accepted' }],
});
const booking = (real: Real, slot: number): object => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'appt-resource', resource: visitBody(real, { status: 'proposed', slot }) }],
});

const book: fc.Arbitrary<Act> = fc
  .record({ role: roles, slot: fc.nat(SLOTS.length - 1) })
  .map(({ role, slot }) =>
    act(async (model, real, say) => {
      say(`${role} books slot ${slot}`);
      const reasons = [...(isProgram(role) ? HIDDEN : []), ...ofTime(model, { status: 'booked', slot })];
      const answer = await real.as.get(role)!('POST', '/Appointment/$book', booking(real, slot));
      if (held(say(), answer, reasons))
        model.visits.push({ id: answer.body.id as string, status: 'booked', slot });
      return answer;
    }),
  );

/** Of two who book a slot at once, one has it. */
const bookTwice: fc.Arbitrary<Act> = fc
  .record({
    one: fc.constantFrom(...PEOPLE),
    other: fc.constantFrom(...PEOPLE),
    slot: fc.nat(SLOTS.length - 1),
  })
  .map(({ one, other, slot }) =>
    act(
      async (model, real, say) => {
        say(`${one} and ${other} book slot ${slot} at once`);
        const answers = await Promise.all(
          [one, other].map((role) => real.as.get(role)!('POST', '/Appointment/$book', booking(real, slot))),
        );
        const statuses = answers.map(({ status }) => status).sort();
        if (String(statuses) !== '201,409') throw new Error(`${say()}: answered ${statuses}`);
        const { body } = answers.find(({ status }) => status === 201)!;
        model.visits.push({ id: body.id as string, status: 'booked', slot });
        return answers[0]!;
      },
      (model) => !ofTime(model, { status: 'booked', slot }).length,
    ),
  );

const propose: fc.Arbitrary<Act> = fc
  .record({
    role: roles,
    slot: fc.nat(SLOTS.length - 1),
    status: fc.constantFrom<Status>(...VISIT_STARTS, 'arrived'),
  })
  .map(({ role, slot, status }) =>
    act(async (model, real, say) => {
      say(`${role} makes a visit in slot ${slot} that is ${status}`);
      const reasons = [...(isProgram(role) ? HIDDEN : []), ...ofTime(model, { status, slot })];
      if (!VISIT_STARTS.includes(status)) reasons.push(refusal(409, 'appointment-transition'));
      const answer = await real.as.get(role)!('POST', '/Appointment', visitBody(real, { status, slot }));
      if (held(say(), answer, reasons)) model.visits.push({ id: answer.body.id as string, status, slot });
      return answer;
    }),
  );

const moveVisit: fc.Arbitrary<Act> = fc
  .record({ role: roles, n: which, to: fc.nat(60), says: fc.nat(4) })
  .map(({ role, n, to, says }) =>
    act(
      async (model, real, say) => {
        const visit = pick(model.visits, n);
        const status = next(VISIT_MOVES, visit.status, to);
        say(
          `${role} moves visit ${model.visits.indexOf(visit)} (${visit.status}) to ${status}${status === 'cancelled' && !says ? ' and says not why' : ''}`,
        );
        const reasons = [...(isProgram(role) ? HIDDEN : []), ...ofTime(model, { ...visit, status }, visit)];
        if (!VISIT_MOVES[visit.status]!.includes(status))
          reasons.push(refusal(409, 'appointment-transition'));
        if (status === 'cancelled' && !says) reasons.push(refusal(422, 'cn-ap-3'));
        const { cancelationReason: _reason, ...present } = await real.read<Appointment>(
          `Appointment/${visit.id}`,
        );
        const asked = {
          ...present,
          status,
          ...(says && status === 'cancelled' && { cancelationReason: { text: 'Not needed' } }),
        };
        const answer = await real.as.get(role)!('PUT', `/Appointment/${visit.id}`, asked);
        if (held(say(), answer, reasons)) visit.status = status;
        return answer;
      },
      ({ visits }) =>
        visits.length > 0 && next(VISIT_MOVES, pick(visits, n).status, to) !== pick(visits, n).status,
    ),
  );

/** What a kind of request is: its body, who writes it in which status, and the rule of its states. */
interface Kind {
  readonly name: string;
  readonly rule: string;
  things(model: Model): ModelThing[];
  body(real: Real, status: Status): Resource;
  /** Reasons that a role may not bring one from a status to another. */
  reasons(role: Role, from: Status | undefined, to: Status): readonly Refusal[];
}

/** A referral of the physician. */
export const orderBody = ({ patient, episode }: Real, status: Status): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  requisition: episode,
  status: status as NonNullable<ServiceRequest['status']>,
  intent: 'order',
  category: [concept(system('cn-category'), 'referral')],
  code: concept('http://snomed.info/sct', '306278007'),
  subject: { reference: patient },
  authoredOn: new Date().toISOString(),
  requester: { reference: 'PractitionerRole/physician' },
  performer: [{ reference: 'Organization/cedar-hill-cardiology' }],
  reasonReference: [{ reference: patient.replace('Patient', 'Condition') }],
});

/** Orders are signed by physicians, and by the programs of those for whom they practise; nurses draft them. */
const ORDER: Kind = {
  name: 'order',
  rule: 'service-request-transition',
  things: ({ orders }) => orders,
  body: orderBody,
  reasons(role, from, to) {
    if (role === 'physician' || role === 'ehr') return [];
    const drafts = role === 'nurse' || role === 'social-worker';
    return drafts && !from && to === 'draft' ? [] : HIDDEN;
  },
};

const PLANNERS: readonly Role[] = ['navigator', 'nurse', 'social-worker', 'physician', 'supervisor'];
/** Plans are kept by those who work with them, whatever their phase. */
const PLAN: Kind = {
  name: 'plan',
  rule: 'care-plan-transition',
  things: ({ plans }) => plans,
  body: ({ patient }, status): CarePlan => ({
    resourceType: 'CarePlan',
    meta: profile('cn-careplan'),
    status: status as CarePlan['status'],
    intent: 'plan',
    category: [
      concept('http://hl7.org/fhir/us/core/CodeSystem/careplan-category', 'assess-plan'),
      concept(system('cn-phase'), 'navigation'),
    ],
    subject: { reference: patient },
  }),
  reasons: (role) => (PLANNERS.includes(role) ? [] : HIDDEN),
};

const make = (kind: Kind): fc.Arbitrary<Act> =>
  fc
    .record({
      role: roles,
      status: fc.constantFrom<Status>(...REQUEST_STARTS, ...REQUEST_STARTS, 'completed'),
    })
    .map(({ role, status }) =>
      act(async (model, real, say) => {
        say(`${role} makes ${kind.name} ${kind.things(model).length} that is ${status}`);
        const reasons = [...kind.reasons(role, undefined, status)];
        if (!REQUEST_STARTS.includes(status)) reasons.push(refusal(409, kind.rule));
        const body = kind.body(real, status);
        const answer = await real.as.get(role)!('POST', `/${body.resourceType}`, body);
        if (held(say(), answer, reasons)) kind.things(model).push({ id: answer.body.id as string, status });
        return answer;
      }),
    );

const moveThing = (kind: Kind): fc.Arbitrary<Act> =>
  fc
    .record({ role: roles, n: which, to: fc.nat(60), isPatch: fc.boolean() })
    .map(({ role, n, to, isPatch }) =>
      act(
        async (model, real, say) => {
          const thing = pick(kind.things(model), n);
          const status = next(REQUEST_MOVES, thing.status, to);
          say(
            `${role} moves ${kind.name} ${kind.things(model).indexOf(thing)} (${thing.status}) to ${status}`,
          );
          const reasons = [...kind.reasons(role, thing.status, status)];
          if (!REQUEST_MOVES[thing.status]!.includes(status)) reasons.push(refusal(409, kind.rule));
          const path = `${kind.body(real, status).resourceType}/${thing.id}`;
          const answer = isPatch
            ? await real.as.get(role)!(
                'PATCH',
                `/${path}`,
                [{ op: 'replace', path: '/status', value: status }],
                {
                  'content-type': 'application/json-patch+json',
                },
              )
            : await real.as.get(role)!('PUT', `/${path}`, { ...(await real.read<Resource>(path)), status });
          if (held(say(), answer, reasons)) thing.status = status;
          return answer;
        },
        (model) => {
          const things = kind.things(model);
          return (
            things.length > 0 && next(REQUEST_MOVES, pick(things, n).status, to) !== pick(things, n).status
          );
        },
      ),
    );

const MINUTE = 60_000;
const entry = ({ patient, worked }: Real, role: Role, start: number, end: number): Observation => ({
  resourceType: 'Observation',
  meta: profile('cn-activity-log'),
  status: 'final',
  category: [concept(system('cn-category'), 'cn-activity')],
  code: concept(system('cn-activity-type'), 'system-navigation'),
  extension: [{ url: extension('programme'), valueCode: 'pin' }],
  subject: { reference: patient },
  effectivePeriod: {
    start: new Date(worked + start * MINUTE).toISOString(),
    end: new Date(worked + end * MINUTE).toISOString(),
  },
  performer: [{ reference: referenceOf(role) }],
  valueQuantity: { value: end - start, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
});
const workers = fc.constantFrom<Role>('navigator', 'peer', 'nurse', 'social-worker');
const stretches = fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 6 })).map(([start, length]) => ({
  ...{ start: start * 5, end: (start + length) * 5 },
}));
const isLogged = (model: Model, role: Role, { start, end }: { start: number; end: number }): boolean =>
  model.minutes.some((one) => one.role === role && one.start < end && start < one.end);

const logTime: fc.Arbitrary<Act> = fc
  .record({ role: workers, of: workers, isOwn: fc.nat(4), stretch: stretches })
  .map(({ role, of, isOwn, stretch }) =>
    act(async (model, real, say) => {
      const whose = isOwn ? role : of;
      const { start, end } = stretch;
      say(`${role} logs minutes ${start} to ${end} of ${whose}`);
      const reasons = [
        ...(whose === role ? [] : [refusal(403)]),
        ...(isLogged(model, whose, stretch) ? [refusal(409, 'minutes-overlap')] : []),
      ];
      const answer = await real.as.get(role)!('POST', '/Observation', entry(real, whose, start, end));
      if (held(say(), answer, reasons)) model.minutes.push({ role: whose, ...stretch });
      return answer;
    }),
  );

/** Of two entries at once for the same minutes, one counts. */
const logTwice: fc.Arbitrary<Act> = fc
  .record({ role: workers, stretch: stretches })
  .map(({ role, stretch }) =>
    act(
      async (model, real, say) => {
        const { start, end } = stretch;
        say(`${role} logs minutes ${start} to ${end} twice at once`);
        const answers = await Promise.all(
          [1, 2].map(() => real.as.get(role)!('POST', '/Observation', entry(real, role, start, end))),
        );
        const statuses = answers.map(({ status }) => status).sort();
        if (String(statuses) !== '201,409') throw new Error(`${say()}: answered ${statuses}`);
        model.minutes.push({ role, ...stretch });
        return answers[0]!;
      },
      (model) => !isLogged(model, role, stretch),
    ),
  );

export const otherActions: readonly fc.Arbitrary<Act>[] = [
  ...[book, bookTwice, propose, moveVisit, moveVisit, moveVisit],
  ...[make(ORDER), moveThing(ORDER), moveThing(ORDER), make(PLAN), moveThing(PLAN), moveThing(PLAN)],
  ...[logTime, logTwice],
];
