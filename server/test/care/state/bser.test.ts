// The harmonised referral machine of BSeR and 360X as a pure check: its 34 transitions, and no others.
// https://build.fhir.org/ig/HL7/bser/branches/master/referral_workflow.html
import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { BSER_ROWS, BSER_STATES, checkReferral, checkReferralStart } from '../../../care/state/bser.ts';
import { RULE_SYSTEM } from '../../../fhir/errors.ts';
import { CLOSER, inState, PAIRS, type Pair, ROWS } from './bser-rows.ts';
import { refusal } from './writing.ts';

const task = (pair: Pair, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  intent: 'order',
  ...inState(pair),
  ...more,
});
const move = (from: Pair, to: Pair, before: Partial<Task> = {}, after: Partial<Task> = {}) =>
  refusal(() => checkReferral(task(from, before), task(to, after)));
const suspendedFrom = (status: string) => ({
  extension: [
    { url: 'https://throughline.example/fhir/StructureDefinition/suspended-from', valueCode: status },
  ],
});
const isRefused = (found: ReturnType<typeof refusal>) =>
  found?.status === 409 && found.issues[0]?.details?.coding?.[0]?.code === 'referral-transition';

/** A pair with 5.1 as one state however its stage is told. */
const written = (pair: Pair) => pair.replace(/stage:.*/, '5.1');

t.test('the table has the 34 rows, TID 01 to 34', async (t) => {
  const shown = ({ from, to }: (typeof BSER_ROWS)[number]) =>
    [from, to].map((state) => {
      const pair = BSER_STATES[state];
      return `${pair.status} ${'code' in pair ? pair.code : state === '5.1' ? '5.1' : '-'}`;
    });
  t.same(
    BSER_ROWS.map((row) => [Number(row.tid), ...shown(row)]),
    ROWS.map(([tid, from, to]) => [tid, written(from), written(to)]),
  );
});

for (const [tid, from, to] of ROWS)
  t.equal(move(from, to), undefined, `TID${String(tid).padStart(2, '0')}: ${from} to ${to}`);

/** What may follow what. */
const ALLOWED = new Set([
  ...ROWS.map(([, from, to]) => `${written(from)}>${written(to)}`),
  ...CLOSER.map(([from, to]) => `${written(from)}>${written(to)}`),
  ...['5.1', '5.1.1', '5.1.4'].map((code) => `completed 7.0>in-progress ${code}`),
  'draft ->cancelled 6.0',
]);

t.test('every pair that is no row is refused, with what is allowed', async (t) => {
  for (const from of PAIRS) {
    for (const to of PAIRS) {
      const isGoverned = /\d$/.test(from) || /\d$/.test(to);
      const isSame = written(from) === written(to);
      const passes = !isGoverned || isSame || ALLOWED.has(`${written(from)}>${written(to)}`);
      t.equal(isRefused(move(from, to)), !passes, `${from} to ${to}`);
    }
  }
  t.match(move('in-progress 5.1.2', 'completed 7.0')?.issues[0], {
    severity: 'error',
    code: 'business-rule',
    details: { coding: [{ system: RULE_SYSTEM, code: 'referral-transition' }] },
    expression: ['Task.businessStatus'],
    diagnostics:
      'A task that says how far a referral has come cannot go from in-progress (5.1.2) to completed (7.0). ' +
      'From in-progress (5.1.2) it can go to: rejected (4.0), in-progress (5.1.1), in-progress (5.1.3), in-progress (5.2).',
  });
  t.ok(isRefused(move('in-progress 5.1.3', 'completed 7.0')));
});

t.test('status and business status agree', async (t) => {
  for (const to of [
    'accepted 2.0',
    'completed 5.1.4',
    'cancelled 5.2',
    'rejected 2.0',
    'failed 5.1.1',
  ] as const)
    t.ok(isRefused(move('in-progress 5.2', to)), to);
  t.ok(isRefused(move('received 2.0', 'accepted -')), 'the code is not dropped');
  t.ok(isRefused(move('in-progress 5.1.1', 'in-progress -')), 'nor in progress');
});

t.test(
  'requested is received and ready is accepted, and both are cancelled before work begins',
  async (t) => {
    const again = (pair: Pair, status: Task['status']) => ({ ...inState(pair), status });
    const check = (before: Partial<Task>, after: Partial<Task>) =>
      refusal(() => checkReferral(task('draft -', before), task('draft -', after)));
    const requested = again('received 2.0', 'requested');
    const ready = again('accepted 3.0', 'ready');
    t.equal(check(inState('draft -'), requested), undefined);
    t.equal(check(requested, inState('received 2.0')), undefined);
    t.equal(check(requested, inState('accepted 3.0')), undefined);
    t.equal(check(ready, inState('in-progress 5.1.1')), undefined);
    t.equal(check(requested, inState('cancelled 6.0')), undefined);
    t.equal(check(ready, inState('cancelled 6.0')), undefined);
    t.ok(
      isRefused(check(inState('received 2.0'), inState('cancelled 6.0'))),
      'once received, 5.2 comes first',
    );
    t.ok(isRefused(check(inState('accepted 3.0'), inState('cancelled 6.0'))));
  },
);

t.test('a task on hold keeps its business status', async (t) => {
  const held = { status: 'on-hold', ...suspendedFrom('in-progress') } as const;
  t.equal(move('in-progress 5.1.1', 'in-progress 5.1.1', {}, held), undefined);
  t.equal(move('in-progress 5.1.1', 'in-progress 5.1.1', held), undefined);
  t.ok(isRefused(move('in-progress 5.1.1', 'in-progress 5.1.4', {}, held)));
  t.ok(isRefused(move('in-progress 5.1.1', 'in-progress 5.1.4', held, held)));
  t.ok(isRefused(move('in-progress 5.1.1', 'cancelled 5.1.1', held)));
  t.equal(move('in-progress 5.2', 'cancelled 6.0', held), undefined);
});

t.test('a task without a business status of the machine passes; any may be entered in error', async (t) => {
  t.equal(move('in-progress -', 'completed -'), undefined);
  t.equal(move('in-progress stage:scheduled', 'completed stage:attended'), undefined);
  for (const pair of PAIRS)
    t.equal(move(pair, pair, {}, { status: 'entered-in-error' }), undefined, `${pair} to entered-in-error`);
});

t.test('a new task begins where the machine does', async (t) => {
  for (const pair of ['draft 2.0', 'received 2.0', 'draft -', 'accepted 3.0'] as const)
    t.equal(
      refusal(() => checkReferralStart(task(pair))),
      undefined,
      pair,
    );
  for (const pair of ['draft 5.1.1', 'received 7.0', 'received 3.0'] as const)
    t.ok(isRefused(refusal(() => checkReferralStart(task(pair)))), pair);
});

t.test('a walk of any pairs with a code never leaves the machine', async () => {
  const coded = PAIRS.filter((pair) => /\d$/.test(pair));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...coded), { maxLength: 40 }), (pairs) => {
      let current: Pair = 'received 2.0';
      for (const pair of pairs) {
        if (move(current, pair)) continue;
        if (current !== pair && !ALLOWED.has(`${current}>${pair}`)) return false;
        current = pair;
      }
      return true;
    }),
    { numRuns: 500 },
  );
});
