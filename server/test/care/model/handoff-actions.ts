// The actions on hand-offs: asking the other side, answering, two who accept at once, and moving the phase by hand.
// https://hl7.org/fhir/R4/task.html
import type { CarePlan, Parameters, Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { type Act, act } from './act.ts';
import { PEOPLE, POOL, type Role, referenceOf, type Status, TASK_MOVES, TASK_STATUSES } from './tables.ts';
import { send } from './task-write.ts';
import { held, type Model, type ModelHandoff, type Real, type Refusal, refusal, system } from './world.ts';

type Side = ModelHandoff['side'];
const roles = fc.constantFrom<Role>(...PEOPLE, 'nurse', 'navigator', 'navigator');
const sides = fc.constantFrom<Side>('coordination', 'coordination', 'navigation');
const which = fc.nat(30);
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

/** Who takes a person over, by side. */
const TAKERS: Readonly<Record<Side, readonly Role[]>> = {
  coordination: ['nurse', 'social-worker', 'physician'],
  navigation: ['navigator'],
};
/** Phases of the plan from which each side can be asked. */
const FROM: Readonly<Record<Side, readonly string[]>> = {
  coordination: ['navigation', 'handoff'],
  navigation: ['coordination', 'handoff'],
};
const OTHER: Readonly<Record<Side, Side>> = { coordination: 'navigation', navigation: 'coordination' };
const WAITING: readonly Status[] = ['requested', 'received', 'on-hold'];
const TAKEN: readonly Status[] = ['accepted', 'in-progress', 'completed'];
const TURNED_DOWN: readonly Status[] = ['rejected', 'cancelled', 'failed', 'entered-in-error'];
/** Roles that write no hand-offs. */
const OUTSIDE: readonly Role[] = ['scheduler', 'peer'];

const nameOf = ({ handoffs }: Model, one: ModelHandoff): string =>
  `h${handoffs.indexOf(one)} (to ${one.side}, ${one.status}, of ${one.owner}, from ${one.requester})`;

const parameters = ({ patient }: Real, side: Side, owner: Role): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'direction', valueCode: side },
    { name: 'owner', valueReference: { reference: owner === 'pool' ? POOL : referenceOf(owner) } },
    { name: 'carePlan', valueReference: { reference: patient.replace('Patient', 'CarePlan') } },
    { name: 'reason', valueString: 'The first visit is done' },
  ],
});

function reasonsToAsk(model: Model, role: Role, side: Side, owner: Role): Refusal[] {
  if (OUTSIDE.includes(role)) return [refusal(403), refusal(404), refusal(422)];
  // A supervisor assigns, and writes no summary of a person.
  const found: Refusal[] = role === 'supervisor' ? [refusal(403)] : [];
  if (!FROM[side].includes(model.phase)) found.push(refusal(422, 'handoff-complete'));
  if (owner !== 'pool' && !TAKERS[side].includes(owner))
    found.push(refusal(422, 'handoff-complete'), refusal(409, 'owner-out-of-scope'));
  if (owner === role) found.push(refusal(422, 'cn-ho-2'));
  if (model.handoffs.some((one) => one.side === side && WAITING.includes(one.status)))
    found.push(refusal(409, 'one-open-handoff'));
  return found;
}

const ask: fc.Arbitrary<Act> = fc
  .record({ role: roles, side: sides, owner: fc.constantFrom<Role>('nurse', 'navigator', 'pool', ...PEOPLE) })
  .map(({ role, side, owner }) =>
    act(async (model, real, say) => {
      say(`${role} asks ${side}, ${owner}, to take the person over in phase ${model.phase}`);
      const path = `/${real.patient}/$handoff`;
      const answer = await real.as.get(role)!('POST', path, parameters(real, side, owner));
      if (held(say(), answer, reasonsToAsk(model, role, side, owner))) {
        const id = answer.body.id as string;
        model.handoffs.push({ id, side, requester: role, status: 'requested', owner });
        model.phase = 'handoff';
      }
      return answer;
    }),
  );

function reasonsToAnswer(
  { side, requester, status, owner }: ModelHandoff,
  role: Role,
  to: Status,
): Refusal[] {
  if (OUTSIDE.includes(role)) return [refusal(403), refusal(404)];
  const found: Refusal[] = [];
  const isReopening = to === 'in-progress' && ['completed', 'failed'].includes(status);
  if (isReopening && role !== 'supervisor') found.push(refusal(403, 'only-supervisor-reopens'));
  if (TAKEN.includes(to) && !isReopening && !TAKERS[side].includes(role)) found.push(refusal(403));
  if (to === 'in-progress' && ['rejected', 'cancelled'].includes(status)) found.push(refusal(403));
  if (TAKEN.includes(to) && !TAKEN.includes(status) && requester === role)
    found.push(refusal(409, 'handoff-accepted-by-the-other-side'));
  const isStopping = status === 'in-progress' && (to === 'cancelled' || to === 'ready');
  const mayStop = owner === role || role === 'supervisor';
  const isEdge = to === 'entered-in-error' ? status !== to : TASK_MOVES[status]!.includes(to);
  const needsReferral = status === 'received' && to === 'in-progress';
  if (!isEdge || needsReferral || (isStopping && !mayStop)) found.push(refusal(409, 'task-transition'));
  return found;
}

function answer(model: Model, one: ModelHandoff, role: Role, to: Status): void {
  const from = one.status;
  one.status = to;
  if (TAKEN.includes(to) && !TAKEN.includes(from) && !TURNED_DOWN.includes(from)) {
    Object.assign(one, { owner: role });
    Object.assign(model, { phase: one.side, lead: role });
  }
  if (WAITING.includes(from) && TURNED_DOWN.includes(to) && model.phase === 'handoff')
    model.phase = OTHER[one.side];
}

/** Statuses in which a hand-off is driven; the others are those of every task. */
const ANSWERS: readonly Status[] = TASK_STATUSES.filter((status) => status !== 'on-hold');
const statusFrom = (from: Status, n: number): Status => {
  const edges = TASK_MOVES[from]!.filter((to) => ANSWERS.includes(to));
  return n % 4 && edges.length ? pick(edges, n) : pick(ANSWERS, n);
};

const answerHandoff: fc.Arbitrary<Act> = fc
  .record({ role: roles, n: which, to: fc.nat(60), isOperation: fc.boolean() })
  .map(({ role, n, to, isOperation }) =>
    act(
      async (model, real, say) => {
        const one = pick(model.handoffs, n);
        const status = statusFrom(one.status, to);
        say(`${role} moves ${nameOf(model, one)} to ${status}`);
        const reasons = reasonsToAnswer(one, role, status);
        const asked = { to: status, says: true, tells: status === 'completed' };
        const way = isOperation ? '$transition' : 'PUT';
        const came = await send(real, real.as.get(role)!, one.id, way, asked);
        if (held(say(), came, reasons)) answer(model, one, role, status);
        return came;
      },
      ({ handoffs }) =>
        handoffs.length > 0 && statusFrom(pick(handoffs, n).status, to) !== pick(handoffs, n).status,
    ),
  );

/** Of two who accept at once, one has taken the person over. */
const acceptTwice: fc.Arbitrary<Act> = fc.record({ n: which }).map(({ n }) => {
  const open = ({ handoffs }: Model) =>
    handoffs.filter(
      ({ side, status, requester }) =>
        side === 'coordination' &&
        WAITING.includes(status) &&
        TAKERS.coordination.every((one) => one !== requester),
    );
  return act(
    async (model, real, say) => {
      const one = pick(open(model), n);
      const both: readonly Role[] = ['nurse', 'social-worker'];
      say(`${both.join(' and ')} accept ${nameOf(model, one)} at once`);
      const present = await real.read<Task>(`Task/${one.id}`);
      const answers = await Promise.all(
        both.map((role) => {
          const accepted = { ...present, status: 'accepted', owner: { reference: referenceOf(role) } };
          return real.as.get(role)!('PUT', `/Task/${one.id}`, accepted);
        }),
      );
      const statuses = answers.map(({ status }) => status);
      if (String([...statuses].sort()) !== '200,409') throw new Error(`${say()}: answered ${statuses}`);
      answer(model, one, both[statuses.indexOf(200)]!, 'accepted');
      return answers[0]!;
    },
    (model) => open(model).length > 0,
  );
});

/** Nobody makes a person one of coordination by hand. */
const movePhase: fc.Arbitrary<Act> = fc.record({ role: roles }).map(({ role }) =>
  act(
    async (model, real, say) => {
      say(`${role} moves the plan from ${model.phase} to coordination by hand`);
      const path = real.patient.replace('Patient', 'CarePlan');
      const plan = await real.read<CarePlan>(path);
      const phase = { coding: [{ system: system('cn-phase'), code: 'coordination' }] };
      const others = plan.category!.filter(({ coding }) => coding?.[0]?.system !== system('cn-phase'));
      const came = await real.as.get(role)!('PUT', `/${path}`, { ...plan, category: [...others, phase] });
      const hidden = OUTSIDE.includes(role) ? [refusal(403), refusal(404)] : [];
      held(say(), came, [...hidden, refusal(409, 'phase-changes-by-handoff')]);
      return came;
    },
    ({ phase }) => phase === 'navigation',
  ),
);

export const handoffActions: readonly fc.Arbitrary<Act>[] = [
  ...[ask, ask, answerHandoff, answerHandoff, answerHandoff, acceptTwice, movePhase],
];
