// The actions on tasks: opening, moving, claiming, giving, asking to stop, and two people at once.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import type { Answer } from '../../helpers/server.ts';
import { type Act, act } from './act.ts';
import {
  BSER_MOVES,
  BSER_STATUS,
  CANCELLATION,
  CODES,
  PEOPLE,
  ROLES,
  type Role,
  referenceOf,
  type Status,
  SUSPENDABLE,
  TASK_MOVES,
  TASK_STATUSES,
} from './tables.ts';
import { claim, move, reasonsToClaim, reasonsToCreate, reasonsToGive, reasonsToMove } from './task-rules.ts';
import { type Asked, send, versionOf, WAYS, type Way } from './task-write.ts';
import { CB, concept, held, type Model, type ModelTask, profile, type Real, system } from './world.ts';

const roles = fc.constantFrom<Role>(...ROLES, 'nurse', 'nurse', 'physician', 'navigator', 'navigator');
const owners = fc.constantFrom<Role | undefined>(...PEOPLE, 'pool', 'pool', 'pool', 'nurse', undefined);
const which = fc.nat(30);
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

const nameOf = ({ tasks }: Model, task: ModelTask): string =>
  `t${tasks.indexOf(task)} (${task.code}, ${task.status}${task.business ? ` ${task.business}` : ''}, of ${task.owner ?? 'nobody'}${task.parent ? `, part of t${tasks.indexOf(task.parent)}` : ''})`;

const modelTask = (
  task: Pick<ModelTask, 'id' | 'code' | 'status' | 'owner'> & Partial<ModelTask>,
): ModelTask => ({
  ...{ parent: undefined, work: undefined, suspendedFrom: undefined, suspendedBy: undefined },
  ...{ hasOutput: false, hasEnd: false, business: undefined },
  ...task,
});

/** A new task as a client sends it. */
function body({ patient, episode, next }: Real, given: Omit<ModelTask, 'id'>, requester: Role): Task {
  const { code, status, owner, parent, work } = given;
  const isCoordination = code.startsWith('coord-');
  const family = { system: system('cn-task-code'), code };
  const abort = { system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'abort' };
  const name = work ? 'cn-cancellation-task' : `cn-${isCoordination ? 'coordination' : 'navigation'}-task`;
  return {
    resourceType: 'Task',
    meta: profile(name),
    identifier: [{ system: `${CB}/identifier/task`, value: `model-${next()}` }],
    groupIdentifier: episode,
    status: status as Task['status'],
    intent: 'order',
    code: { coding: work ? [abort, family] : [family] },
    for: { reference: patient },
    authoredOn: new Date().toISOString(),
    requester: { reference: referenceOf(PEOPLE.includes(requester) ? requester : 'physician') },
    ...(isCoordination && { performerType: [concept(system('cn-role'), 'rn')] }),
    ...(owner && { owner: { reference: referenceOf(owner) } }),
    ...(parent && { partOf: [{ reference: `Task/${parent.id}` }] }),
    ...(work && { focus: { reference: `Task/${work.id}` }, reasonCode: { text: 'Not needed' } }),
  };
}

const create: fc.Arbitrary<Act> = fc
  .record({
    role: roles,
    code: fc.constantFrom(...CODES),
    owner: owners,
    status: fc.constantFrom<Status>('draft', 'requested', 'requested', 'ready', 'accepted', 'received'),
    part: fc.option(which, { freq: 2 }),
  })
  .map(({ role, code, owner, status, part }) =>
    act(async (model, real, say) => {
      const parent = part === null || !model.tasks.length ? undefined : pick(model.tasks, part);
      const made = modelTask({ id: '', code, status, owner, parent });
      say(
        `${role} opens t${model.tasks.length} ${code} as ${status}, of ${owner ?? 'nobody'}${parent ? `, part of ${nameOf(model, parent)}` : ''}`,
      );
      const answer = await real.as.get(role)!('POST', '/Task', body(real, made, role));
      if (held(say(), answer, reasonsToCreate(role, made)))
        model.tasks.push({ ...made, id: answer.body.id as string });
      return answer;
    }),
  );

const askToStop: fc.Arbitrary<Act> = fc.record({ role: roles, n: which }).map(({ role, n }) =>
  act(
    async (model, real, say) => {
      const work = pick(model.tasks, n);
      const owner = work.owner ?? 'pool';
      const made = modelTask({ id: '', code: CANCELLATION, status: 'requested', owner, work });
      say(`${role} asks by t${model.tasks.length} to stop ${nameOf(model, work)}`);
      const answer = await real.as.get(role)!('POST', '/Task', body(real, made, role));
      if (held(say(), answer, reasonsToCreate(role, made)))
        model.tasks.push({ ...made, id: answer.body.id as string });
      return answer;
    },
    (model) => model.tasks.some(({ work }) => !work),
  ),
);

/** A next status: more often one that the table has than any other. */
const statusFrom = (from: Status, n: number): Status =>
  n % 5 && TASK_MOVES[from]?.length ? pick(TASK_MOVES[from], n) : pick(TASK_STATUSES, n);

const moving = fc.record({
  role: roles,
  n: which,
  to: fc.nat(60),
  way: fc.constantFrom<Way>(...WAYS),
  says: fc.boolean(),
  tells: fc.boolean(),
  isOwner: fc.boolean(),
});
type Moving = typeof moving extends fc.Arbitrary<infer T> ? T : never;

function movingOf(model: Model, { role, n, to, way, says, tells, isOwner }: Moving) {
  const task = pick(model.tasks, n);
  const { owner } = task.work ?? task;
  const who = isOwner && owner && owner !== 'pool' ? owner : role;
  const asked: Asked = {
    to: statusFrom(task.status, to),
    says: says || n % 3 > 0,
    tells: tells || n % 3 > 0,
  };
  return { task, who, asked, way };
}
const words = ({ says, tells }: Asked): string =>
  `${says ? ', says why' : ''}${tells ? ', tells what came' : ''}`;

const moveTask: fc.Arbitrary<Act> = moving.map((given) =>
  act(
    async (model, real, say) => {
      const { task, who, asked, way } = movingOf(model, given);
      say(`${who} moves ${nameOf(model, task)} to ${asked.to} by ${way}${words(asked)}`);
      const reasons = reasonsToMove(task, who, asked, way);
      const answer = await send(real, real.as.get(who)!, task.id, way, asked);
      if (held(say(), answer, reasons)) move(model, task, asked, way);
      return answer;
    },
    (model) => {
      if (!model.tasks.length) return false;
      const { task, asked } = movingOf(model, given);
      return asked.to !== task.status && task.business === undefined;
    },
  ),
);

const refer: fc.Arbitrary<Act> = fc
  .record({
    role: roles,
    n: which,
    code: fc.nat(60),
    wrong: fc.nat(6),
    way: fc.constantFrom<Way>(...WAYS),
    isOwner: fc.boolean(),
  })
  .map((given) => {
    const target = (model: Model) => {
      const open = model.tasks.filter(
        ({ code, business, status, work, parent }) =>
          code.startsWith('coord-') && !work && !parent && (business || status === 'draft'),
      );
      if (!open.length) return undefined;
      const task = pick(open, given.n);
      const next = BSER_MOVES[task.business ?? 'draft']!;
      const business =
        given.wrong && next.length ? pick(next, given.code) : pick(Object.keys(BSER_STATUS), given.code);
      const to = given.wrong === 1 ? pick(TASK_STATUSES, given.code) : BSER_STATUS[business]!;
      return { task, asked: { to, business, says: true, tells: true } };
    };
    return act(
      async (model, real, say) => {
        const { task, asked } = target(model)!;
        const who = given.isOwner && task.owner && task.owner !== 'pool' ? task.owner : given.role;
        say(
          `${who} tells of ${nameOf(model, task)} that it is ${asked.to} ${asked.business} by ${given.way}`,
        );
        const reasons = reasonsToMove(task, who, asked, given.way);
        const answer = await send(real, real.as.get(who)!, task.id, given.way, asked);
        if (held(say(), answer, reasons)) move(model, task, asked, given.way);
        return answer;
      },
      (model) => {
        const found = target(model);
        return found !== undefined && found.asked.to !== found.task.status;
      },
    );
  });

const give: fc.Arbitrary<Act> = fc
  .record({ role: roles, n: which, owner: fc.constantFrom<Role>(...PEOPLE, 'pool') })
  .map(({ role, n, owner }) =>
    act(
      async (model, real, say) => {
        const task = pick(model.tasks, n);
        say(`${role} gives ${nameOf(model, task)} to ${owner}`);
        const present = await real.read<Task>(`Task/${task.id}`);
        const given = { ...present, owner: { reference: referenceOf(owner) } };
        const answer = await real.as.get(role)!('PUT', `/Task/${task.id}`, given);
        if (held(say(), answer, reasonsToGive(task, role, owner))) task.owner = owner;
        return answer;
      },
      (model) => model.tasks.length > 0 && pick(model.tasks, n).owner !== owner,
    ),
  );

const claimTask: fc.Arbitrary<Act> = fc.record({ role: roles, n: which }).map(({ role, n }) =>
  act(
    async (model, real, say) => {
      const pooled = model.tasks.filter(({ owner }) => owner === 'pool' || !owner);
      const task = n % 4 && pooled.length ? pick(pooled, n) : pick(model.tasks, n);
      say(`${role} claims ${nameOf(model, task)}`);
      const answer = await real.as.get(role)!('POST', `/Task/${task.id}/$claim`);
      if (held(say(), answer, reasonsToClaim(task, role))) claim(task, role);
      return answer;
    },
    ({ tasks }) => tasks.length > 0,
  ),
);

/** Of two who claim at once, one has it. */
const claimTwice: fc.Arbitrary<Act> = fc
  .record({ one: roles, other: roles, n: which })
  .map(({ one, other, n }) => {
    const claimable = (model: Model) =>
      model.tasks.filter((task) => [one, other].every((role) => !reasonsToClaim(task, role).length));
    return act(
      async (model, real, say) => {
        const task = pick(claimable(model), n);
        say(`${one} and ${other} claim ${nameOf(model, task)} at once`);
        const answers = await Promise.all(
          [one, other].map((role) => real.as.get(role)!('POST', `/Task/${task.id}/$claim`)),
        );
        const winner = answers.findIndex(({ status }) => status === 200);
        const loser = answers[1 - winner]!;
        if (winner < 0 || loser.status !== 409)
          throw new Error(`${say()}: answered ${answers.map(({ status }) => status)}`);
        claim(task, winner ? other : one);
        return loser;
      },
      (model) => one !== other && claimable(model).length > 0,
    );
  });

/** What the server has of the tasks, taken over after two have acted at once. */
async function refresh(model: Model, { read }: Real): Promise<void> {
  const by = new Map(model.tasks.map((task) => [`Task/${task.id}`, task]));
  for (const task of model.tasks) {
    const { status, owner, extension = [], output, executionPeriod } = await read<Task>(`Task/${task.id}`);
    const told = (name: string) => extension.find(({ url }) => url.endsWith(`/${name}`));
    task.status = status;
    task.owner = [...PEOPLE, 'pool'].find((role) => referenceOf(role) === owner?.reference);
    task.suspendedFrom = told('suspended-from')?.valueCode;
    task.suspendedBy = by.get(told('suspended-by')?.valueReference?.reference ?? '');
    task.hasOutput = output !== undefined;
    task.hasEnd = executionPeriod?.end !== undefined;
  }
}

const ROUTES: readonly Way[] = ['PUT', 'PATCH', '$transition'];
/** Two moves at once, of one task or of a task and its part: whatever comes of it, no forbidden state does. */
const moveTwo: fc.Arbitrary<Act> = fc
  .record({ one: moving, other: moving, isFamily: fc.boolean() })
  .map(({ one, other, isFamily }) => {
    const both = (model: Model) => {
      const first = movingOf(model, one);
      const second = movingOf(model, other);
      const part = isFamily ? model.tasks.find(({ parent }) => parent === first.task) : first.task;
      return [first, { ...second, task: part ?? first.task }] as const;
    };
    return act(
      async (model, real, say) => {
        const moves = both(model);
        const told = moves.map(
          ({ who, task, asked }) => `${who} moves ${nameOf(model, task)} to ${asked.to}`,
        );
        say(`at once ${told.join(' and ')}`);
        const answers: Answer[] = await Promise.all(
          moves.map(({ who, task, asked, way }) =>
            send(real, real.as.get(who)!, task.id, pick(ROUTES, way.length), asked),
          ),
        );
        if (answers.some(({ status }) => status >= 500))
          throw new Error(
            `${say()}: ${JSON.stringify(answers.map(({ status, body: found }) => [status, found]))}`,
          );
        await refresh(model, real);
        return answers[0]!;
      },
      (model) => model.tasks.length > 0 && both(model).every(({ task }) => task.business === undefined),
    );
  });

/** Of two who write the same version, one does. */
const writeTwice: fc.Arbitrary<Act> = moving.map((given) =>
  act(
    async (model, real, say) => {
      const { task, who, asked } = movingOf(model, given);
      say(`${who} moves the same version of ${nameOf(model, task)} to ${asked.to} twice at once`);
      const present = await real.read<Task>(`Task/${task.id}`);
      const next = versionOf(present, asked, real.next());
      const match = { 'if-match': `W/"${present.meta!.versionId}"` };
      const answers = await Promise.all(
        [1, 2].map(() => real.as.get(who)!('PUT', `/Task/${task.id}`, next, match)),
      );
      const statuses = answers.map(({ status }) => status).sort();
      if (String(statuses) !== '200,412') throw new Error(`${say()}: answered ${statuses}`);
      move(model, task, asked, 'PUT');
      return answers[0]!;
    },
    (model) => {
      if (!model.tasks.length) return false;
      const { task, who, asked } = movingOf(model, given);
      return asked.to !== task.status && !task.business && !reasonsToMove(task, who, asked, 'PUT').length;
    },
  ),
);

/** A task with parts is put on hold, or taken up again. */
const pause: fc.Arbitrary<Act> = fc.record({ role: roles, n: which }).map(({ role, n }) => {
  const wholes = (model: Model) =>
    model.tasks.filter(
      (task) =>
        (SUSPENDABLE.includes(task.status) || task.status === 'on-hold') &&
        model.tasks.some(({ parent }) => parent === task),
    );
  return act(
    async (model, real, say) => {
      const task = pick(wholes(model), n);
      const to = task.status === 'on-hold' ? task.suspendedFrom! : 'on-hold';
      const asked = { to, says: to === 'on-hold', tells: false };
      say(`${role} pauses or resumes ${nameOf(model, task)}: ${to}`);
      const answer = await send(real, real.as.get(role)!, task.id, 'PUT', asked);
      if (held(say(), answer, reasonsToMove(task, role, asked, 'PUT'))) move(model, task, asked, 'PUT');
      return answer;
    },
    (model) => wholes(model).length > 0 && pick(wholes(model), n).business === undefined,
  );
});

/** The actions on tasks; one that stands here twice is done twice as often. */
export const taskActions: readonly fc.Arbitrary<Act>[] = [
  ...[create, create, create, moveTask, moveTask, moveTask, moveTask, moveTask],
  ...[refer, refer, claimTask, claimTwice, give, askToStop, pause, moveTwo, writeTwice],
];
