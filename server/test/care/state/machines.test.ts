// The state machines of requests, appointments, plans and goals, cell by cell. https://hl7.org/fhir/R4/workflow.html
import type { Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { checkState, machines } from '../../../care/state/index.ts';
import type { Machine } from '../../../care/state/machine.ts';
import { systemAccess } from '../../../fhir/access.ts';
import { RULE_SYSTEM } from '../../../fhir/errors.ts';
import { caller, refusal } from './writing.ts';

const CB = 'https://throughline.example/fhir';
const ours = (id: string, code: string) => ({ coding: [{ system: `${CB}/CodeSystem/${id}`, code }] });
const SDOH = {
  coding: [
    {
      system: 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes',
      code: 'food-insecurity',
    },
  ],
};

// Written out a second time, on purpose: who may follow whom, a row per status.
const REQUEST = {
  draft: 'active revoked entered-in-error',
  active: 'on-hold completed revoked entered-in-error',
  'on-hold': 'active revoked entered-in-error',
  revoked: 'entered-in-error',
  completed: 'entered-in-error',
  unknown: 'active on-hold revoked completed entered-in-error',
  'entered-in-error': '',
};
interface Expected {
  type: string;
  rule: string;
  noun: string;
  element: string;
  own: object;
  starts: string;
  moves: Readonly<Record<string, string>>;
}
const EXPECTED: readonly Expected[] = [
  {
    type: 'ServiceRequest',
    rule: 'service-request-transition',
    noun: 'A request',
    element: 'status',
    own: { category: [ours('cn-category', 'referral')] },
    starts: 'draft active',
    moves: REQUEST,
  },
  {
    type: 'DeviceRequest',
    rule: 'device-request-transition',
    noun: 'A device request',
    element: 'status',
    own: { codeCodeableConcept: ours('cn-category', 'equipment') },
    starts: 'draft active',
    moves: REQUEST,
  },
  {
    type: 'CarePlan',
    rule: 'care-plan-transition',
    noun: 'A care plan',
    element: 'status',
    own: { category: [ours('cn-phase', 'navigation')] },
    starts: 'draft active',
    moves: REQUEST,
  },
  {
    type: 'Appointment',
    rule: 'appointment-transition',
    noun: 'An appointment',
    element: 'status',
    own: { serviceCategory: [ours('cn-category', 'appointment')] },
    starts: 'proposed pending waitlist booked',
    moves: {
      proposed: 'pending booked waitlist cancelled entered-in-error',
      pending: 'booked cancelled entered-in-error',
      waitlist: 'booked cancelled entered-in-error',
      booked: 'checked-in arrived cancelled noshow entered-in-error',
      'checked-in': 'arrived entered-in-error',
      arrived: 'fulfilled cancelled entered-in-error',
      fulfilled: 'entered-in-error',
      cancelled: 'entered-in-error',
      noshow: 'entered-in-error',
      'entered-in-error': '',
    },
  },
  {
    type: 'Goal',
    rule: 'goal-transition',
    noun: 'A goal',
    element: 'lifecycleStatus',
    own: { category: [ours('cn-category', 'barrier-goal')] },
    starts: 'proposed planned accepted active',
    moves: {
      proposed: 'planned accepted active rejected cancelled entered-in-error',
      planned: 'accepted active on-hold rejected cancelled entered-in-error',
      accepted: 'active on-hold cancelled entered-in-error',
      active: 'on-hold completed cancelled entered-in-error',
      'on-hold': 'active completed cancelled entered-in-error',
      completed: 'entered-in-error',
      cancelled: 'entered-in-error',
      rejected: 'entered-in-error',
      'entered-in-error': '',
    },
  },
];

const now = new Date('2026-03-02T09:00:00Z');
const make = ({ type, element }: Expected, state: string, more: object): Resource =>
  ({ resourceType: type, [element]: state, ...more }) as unknown as Resource;
const create = (after: Resource, access = caller('rn')) =>
  refusal(() => checkState({ interaction: 'create', after, access, now }));
const update = (before: Resource, after: Resource, access = caller('rn')) =>
  refusal(() => checkState({ interaction: 'update', before, after, access, now }));

for (const expected of EXPECTED) {
  const { type, rule, noun, element, own, starts, moves } = expected;
  const states = Object.keys(moves);

  t.test(`${type}: each move of the table passes, and each other is refused with the way out`, async (t) => {
    for (const from of states) {
      for (const to of states) {
        const refused = update(make(expected, from, own), make(expected, to, own));
        const allowed = moves[from]!.split(' ').filter(Boolean);
        if (from === to || allowed.includes(to)) {
          t.equal(refused, undefined, `${from} to ${to}`);
          continue;
        }
        t.equal(refused?.status, 409, `${from} to ${to}`);
        t.match(refused?.issues[0], {
          severity: 'error',
          code: 'business-rule',
          details: { coding: [{ system: RULE_SYSTEM, code: rule }] },
          expression: [`${type}.${element}`],
          diagnostics: `${noun} cannot go from ${from} to ${to}. From ${from} it can go to: ${allowed.join(', ') || 'no other status'}.`,
        });
      }
    }
  });

  t.test(`${type}: a new one starts as the table says; the server itself loads any`, async (t) => {
    for (const state of states) {
      const refused = create(make(expected, state, own));
      t.equal(refused === undefined, starts.split(' ').includes(state), state);
      if (refused) t.match(refused.issues[0], { details: { coding: [{ code: rule }] } });
      t.equal(create(make(expected, state, own), systemAccess), undefined, `${state}, by the server`);
    }
  });

  t.test(
    `${type}: those of others pass, and one of ours stays ours when its category is dropped`,
    async (t) => {
      const end = states.find((state) => moves[state] === 'entered-in-error')!;
      const start = starts.split(' ')[0]!;
      t.equal(create(make(expected, end, {})), undefined);
      t.equal(update(make(expected, end, {}), make(expected, start, {})), undefined);
      t.equal(update(make(expected, end, own), make(expected, start, {}))?.status, 409);
      t.equal(update(make(expected, end, {}), make(expected, start, own))?.status, 409);
    },
  );
}

t.test('A request with a category of Gravity is one of ours', async (t) => {
  const request = (status: string) => make(EXPECTED[0]!, status, { category: [{ text: 'Food' }, SDOH] });
  t.equal(update(request('completed'), request('active'))?.status, 409);
});

t.test('Every status can be reached from a start, and walks visit edges alone', async (t) => {
  for (const machine of machines) {
    const states = Object.keys(machine.moves);
    const reached = new Set<string>(machine.starts);
    for (const state of reached) for (const { to } of machine.moves[state]!) reached.add(to);
    const left = states.filter((state) => !reached.has(state) && state !== 'unknown');
    t.same(left, [], machine.type);
  }
  const walk = fc.record({
    expected: fc.constantFrom(...EXPECTED),
    steps: fc.array(fc.nat(8), { minLength: 3, maxLength: 30 }),
  });
  fc.assert(
    fc.property(walk, ({ expected, steps }) => {
      const states = Object.keys(expected.moves);
      const machine = machines.find(({ type }) => type === expected.type) as Machine;
      let state = machine.starts[0]!;
      for (const step of steps) {
        const next = states[step % states.length]!;
        if (update(make(expected, state, expected.own), make(expected, next, expected.own))) continue;
        if (next !== state && !expected.moves[state]!.split(' ').includes(next)) return false;
        state = next;
      }
      return true;
    }),
    { numRuns: 300 },
  );
});
