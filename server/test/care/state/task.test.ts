// The Task transition table, cell by cell, and random walks through it. https://hl7.org/fhir/R4/task.html#statemachine
import type { Extension, Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { allowedFrom, checkMove, checkStart as startOf } from '../../../care/state/machine.ts';
import { checkSuspension } from '../../../care/state/suspended-from.ts';
import { type TaskStatus, taskMachine } from '../../../care/state/task.ts';
import { RULE_SYSTEM } from '../../../fhir/errors.ts';
import { caller, refusal } from './writing.ts';

const checkStart = (after: Task) => startOf(taskMachine, after);
const checkTransition = (before: Task, after: Task, role?: string, fhirUser?: string) => {
  checkMove(taskMachine, before, after, caller(role, fhirUser));
  checkSuspension(before, after, 'somebody');
};

// Written out a second time, on purpose: a row per status, a column per status in the same order.
// x allowed, p on condition that a referral was sent, c that a cancellation is requested, r resuming, s reopened by a
// supervisor, = the same status.
const MATRIX: Readonly<Record<TaskStatus, string>> = {
  //                 draft requested received accepted rejected ready cancelled in-progress on-hold failed completed error
  draft:
    '             =     x         p        .        .       x     x         .           x       .      .         x',
  requested:
    '         .     =         x        x        x       .     x         .           x       .      .         x',
  received:
    '          .     .         =        x        x       .     x         c           .       .      .         x',
  accepted:
    '          .     .         .        =        x       .     x         x           x       .      x         x',
  rejected:
    '          .     .         .        .        =       .     .         .           .       .      .         x',
  ready:
    '             .     .         .        .        .       =     x         x           x       .      .         x',
  cancelled:
    '         .     .         .        .        .       .     =         .           .       .      .         x',
  'in-progress':
    '     .     .         .        .        x       x     x         =           x       x      x         x',
  'on-hold':
    '         r     r         .        r        .       r     x         r           =       .      .         x',
  failed:
    '            .     .         .        .        .       .     .         s           .       =      .         x',
  completed:
    '         .     .         .        .        .       .     .         s           .       .      =         x',
  'entered-in-error':
    '.     .         .        .        .       .     .         .           .       .      .         =',
};
const STATUSES = Object.keys(MATRIX) as TaskStatus[];

const task = (status: TaskStatus, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  status,
  intent: 'order',
  ...more,
});
const ours = (status: TaskStatus): Task =>
  task(status, {
    code: {
      coding: [{ system: 'https://throughline.example/fhir/CodeSystem/cn-task-code', code: 'nav-schedule' }],
    },
  });
const suspendedFrom = (status: string): { extension: Extension[] } => ({
  extension: [
    { url: 'https://throughline.example/fhir/StructureDefinition/suspended-from', valueCode: status },
  ],
});
const cancellationRequested: Partial<Task> = {
  businessStatus: {
    coding: [{ system: 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS', code: '5.2' }],
  },
};
const referralSent: Partial<Task> = {
  businessStatus: {
    coding: [{ system: 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS', code: '2.0' }],
  },
};
const statusReason = { statusReason: { text: 'Closed by mistake' } };

/** Per sign of the matrix: a write that meets its condition (undefined: there is none) and one that does not. */
const MET: Readonly<Record<string, ((from: TaskStatus, to: TaskStatus) => () => void) | undefined>> = {
  '.': undefined,
  '=': (from, to) => () => checkTransition(task(from), task(to)),
  x: (from, to) => () => checkTransition(task(from), task(to)),
  c: (from, to) => () => checkTransition(task(from), task(to, cancellationRequested)),
  p: (from, to) => () => checkTransition(task(from), task(to, referralSent)),
  r: (from, to) => () => checkTransition(task(from, suspendedFrom(to)), task(to)),
  s: (from, to) => () => checkTransition(task(from), task(to, statusReason), 'supervisor'),
};
const UNMET: Readonly<Record<string, ((from: TaskStatus, to: TaskStatus) => () => void) | undefined>> = {
  '.': (from, to) => () => checkTransition(task(from), task(to, statusReason), 'supervisor'),
  '=': undefined,
  x: undefined,
  c: (from, to) => () => checkTransition(task(from), task(to)),
  p: (from, to) => () => checkTransition(task(from), task(to)),
  r: (from, to) => () =>
    checkTransition(task(from, suspendedFrom(to === 'draft' ? 'ready' : 'draft')), task(to)),
  s: (from, to) => () => checkTransition(task(from), task(to, statusReason), 'rn'),
};

for (const from of STATUSES) {
  const signs = MATRIX[from].trim().split(/\s+/);
  t.equal(signs.length, STATUSES.length, `the row of ${from} has a sign for each status`);
  for (const [column, to] of STATUSES.entries()) {
    const sign = signs[column] ?? '';
    const met = MET[sign]?.(from, to);
    if (met)
      t.equal(
        refusal(met),
        undefined,
        `a task may go from ${from} to ${to}${sign === 'x' ? '' : ` (${sign})`}`,
      );
    const unmet = UNMET[sign]?.(from, to);
    if (!unmet) continue;
    const refused = refusal(unmet);
    t.equal(
      refused?.status,
      409,
      `a task may not go from ${from} to ${to}${sign === '.' ? '' : ' otherwise'}`,
    );
    t.equal(refused?.issues.length, 1);
    t.match(refused?.issues[0], {
      severity: 'error',
      code: 'business-rule',
      details: { coding: [{ system: RULE_SYSTEM, code: 'task-transition' }] },
      expression: ['Task.status'],
    });
  }
}

t.test('A refused transition names from, to, and what is allowed', async (t) => {
  t.equal(
    refusal(() => checkTransition(task('received'), task('completed')))?.issues[0]?.diagnostics,
    'A task cannot go from received to completed. From received it can go to: accepted, rejected, cancelled, ' +
      'in-progress (with business status 5.2, cancellation requested), entered-in-error.',
  );
  t.equal(
    refusal(() => checkTransition(task('entered-in-error'), task('ready')))?.issues[0]?.diagnostics,
    'A task cannot go from entered-in-error to ready. From entered-in-error it can go to: no other status.',
  );
});

t.test('A new task of our families is a draft, requested or ready', async (t) => {
  for (const status of STATUSES) {
    const refused = refusal(() => checkStart(ours(status)));
    if (['draft', 'requested', 'ready'].includes(status)) {
      t.equal(refused, undefined, `may be created ${status}`);
      continue;
    }
    t.equal(refused?.status, 409, `may not be created ${status}`);
    t.equal(
      refused?.issues[0]?.diagnostics,
      `A new task cannot be ${status}. Create it as draft, requested, ready, then move it on.`,
    );
    t.match(refused?.issues[0], {
      code: 'business-rule',
      details: { coding: [{ code: 'task-transition' }] },
    });
  }
});

t.test('A new task without a family code of ours may have any status', async (t) => {
  for (const status of STATUSES)
    t.equal(
      refusal(() => checkStart(task(status))),
      undefined,
      status,
    );
});

t.test('A task without suspended-from may resume to any status that can be suspended', async (t) => {
  for (const status of STATUSES) {
    const resumed = refusal(() => checkTransition(task('on-hold'), task(status)));
    const expected =
      allowedFrom(taskMachine, status).includes('on-hold') ||
      ['on-hold', 'cancelled', 'entered-in-error'].includes(status);
    t.equal(resumed === undefined, expected, `on-hold to ${status}`);
  }
});

t.test(
  'The extension suspended-from tells the truth and does not change while the task is on hold',
  async (t) => {
    const held = task('on-hold', suspendedFrom('ready'));
    t.equal(
      refusal(() => checkTransition(task('ready'), held)),
      undefined,
      'the status it had',
    );
    t.equal(
      refusal(() => checkTransition(task('ready'), task('on-hold'))),
      undefined,
      'not said',
    );
    t.equal(
      refusal(() => checkTransition(held, held)),
      undefined,
      'unchanged',
    );
    for (const lie of [
      () => checkTransition(task('requested'), task('on-hold', suspendedFrom('in-progress'))),
      () => checkTransition(held, task('on-hold', suspendedFrom('in-progress'))),
      () => checkTransition(held, task('on-hold')),
      () => checkTransition(task('on-hold'), held),
    ]) {
      const refused = refusal(lie);
      t.equal(refused?.status, 409);
      t.match(refused?.issues[0], {
        code: 'business-rule',
        details: { coding: [{ code: 'task-suspended-from' }] },
        expression: ['Task.extension'],
      });
    }
  },
);

t.test('A finished task is reopened only with a reason', async (t) => {
  for (const status of ['failed', 'completed'] as const) {
    const refused = refusal(() => checkTransition(task(status), task('in-progress'), 'supervisor'));
    t.equal(refused?.status, 409, status);
    t.match(
      refused?.issues[0]?.diagnostics,
      'in-progress (by a supervisor, with a statusReason that says why)',
    );
  }
});

t.test('Any walk of writes visits only edges of the table', async (t) => {
  const anyTask = fc.record(
    {
      status: fc.constantFrom(...STATUSES),
      businessStatus: fc.constant(cancellationRequested.businessStatus),
      statusReason: fc.constant(statusReason.statusReason),
      extension: fc.constantFrom(...STATUSES).map((status) => suspendedFrom(status).extension),
    },
    { requiredKeys: ['status'] },
  );
  const roles = fc.constantFrom(undefined, 'navigator', 'rn', 'supervisor');
  fc.assert(
    fc.property(fc.array(fc.tuple(anyTask, roles), { minLength: 5, maxLength: 60 }), (steps) => {
      let current = task('draft');
      const visited: TaskStatus[] = [];
      for (const [{ status, ...more }, role] of steps) {
        const next = task(status, more);
        if (refusal(() => checkTransition(current, next, role))) continue;
        if (current.status !== status && !allowedFrom(taskMachine, current.status).includes(status))
          return false;
        visited.push(status);
        current = next;
      }
      const end = visited.indexOf('entered-in-error');
      return end === -1 || visited.slice(end).every((status) => status === 'entered-in-error');
    }),
    { numRuns: 500 },
  );
  t.pass('500 walks');
});

t.test('Every status can be reached from a start', async (t) => {
  const reached = new Set<TaskStatus>(taskMachine.starts);
  for (const status of reached) for (const next of allowedFrom(taskMachine, status)) reached.add(next);
  t.same([...reached].sort(), [...STATUSES].sort());
  t.same(Object.keys(taskMachine.moves).sort(), [...STATUSES].sort());
});

const OWNER = { owner: { reference: 'PractitionerRole/nurse' } };
const running = (status: TaskStatus = 'in-progress', more: Partial<Task> = {}): Task => ({
  ...ours(status),
  ...OWNER,
  ...more,
});
const stopped: Partial<Task> = { ...OWNER, ...statusReason };

t.test('Work in progress is cancelled or sent back by its owner or a supervisor alone', async (t) => {
  for (const to of ['cancelled', 'ready'] as const) {
    const stop = (role?: string, user?: string, before = running()) =>
      refusal(() => checkTransition(before, { ...ours(to), ...stopped }, role, user));
    t.equal(stop('rn', 'PractitionerRole/nurse'), undefined, `${to} by its owner`);
    t.equal(stop('supervisor', 'PractitionerRole/supervisor'), undefined, `${to} by a supervisor`);
    t.equal(stop(), undefined, `${to} on an open server`);
    t.equal(
      stop(
        'rn',
        'PractitionerRole/nurse',
        running('in-progress', { owner: { reference: 'PractitionerRole/nurse/_history/3' } }),
      ),
      undefined,
      `${to} by its owner, named by a version`,
    );
    for (const [role, user] of [
      ['physician', 'PractitionerRole/physician'],
      ['rn', 'PractitionerRole/nurse2'],
      ['rn', undefined],
      ['ehr-system', undefined],
    ] as const) {
      const refused = stop(role, user);
      t.equal(refused?.status, 409, `${to} by ${user ?? role}`);
      t.match(refused?.issues[0], { details: { coding: [{ code: 'task-transition' }] } });
      t.match(refused?.issues[0]?.diagnostics, 'asks with a cancellation task, code abort');
    }
  }
});

t.test('Suspending work in progress is no way around its owner', async (t) => {
  const held = running('on-hold', suspendedFrom('in-progress'));
  const cancel = (role: string, user: string, before = held) =>
    refusal(() => checkTransition(before, { ...ours('cancelled'), ...stopped }, role, user));
  t.equal(cancel('physician', 'PractitionerRole/physician')?.status, 409);
  t.equal(cancel('rn', 'PractitionerRole/nurse'), undefined);
  const notBegun = running('on-hold', suspendedFrom('ready'));
  t.equal(cancel('physician', 'PractitionerRole/physician', notBegun), undefined, 'nobody had begun it');
});

t.test('A program confirms a cancellation that was asked for with business status 5.2', async (t) => {
  const asked = running('in-progress', cancellationRequested);
  t.equal(
    refusal(() => checkTransition(asked, { ...ours('cancelled'), ...stopped }, 'ehr-system')),
    undefined,
  );
});

t.test('The reason of a reopening is not the one that the task had before', async (t) => {
  const failed = task('failed', statusReason);
  const again = (more: Partial<Task>) =>
    refusal(() => checkTransition(failed, task('in-progress', more), 'supervisor'));
  t.equal(again(statusReason)?.status, 409);
  t.equal(again({ statusReason: { text: 'The report came after all' } }), undefined);
});

t.test('Only the server says by which task another was suspended', async (t) => {
  const by = {
    url: 'https://throughline.example/fhir/StructureDefinition/suspended-by',
    valueReference: { reference: 'Task/whole' },
  };
  const from = suspendedFrom('ready').extension;
  const held = task('on-hold', { extension: [...from, by] });
  for (const [name, before, after] of [
    ['claimed', task('ready'), held],
    ['dropped', held, task('on-hold', { extension: from })],
    ['added', task('on-hold', { extension: from }), held],
  ] as const) {
    const refused = refusal(() => checkSuspension(before, after, 'somebody'));
    t.match(refused?.issues[0], { details: { coding: [{ code: 'task-suspended-from' }] } }, name);
    t.equal(
      refusal(() => checkSuspension(before, after, 'care-engine')),
      undefined,
      `${name} by the server`,
    );
  }
  t.equal(
    refusal(() => checkSuspension(held, held, 'somebody')),
    undefined,
    'kept',
  );
});
