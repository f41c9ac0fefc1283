// How far a referral has come: what each status tells, and the steps that what happened may take, by table and at random.
// https://hl7.org/fhir/R4/task-definitions.html#Task.businessStatus
import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { BSER_STATUS, STAGE, TASK_CODE } from '../../../care/code.ts';
import {
  bserOf,
  EXITS,
  type Step,
  sentAt,
  stageOf,
  stepped,
  withStage,
} from '../../../care/referral/stage.ts';

const NOW = new Date('2026-03-02T15:00:00Z');
const task = (status: Task['status'], stage?: string, bser?: string, code = 'coord-referral'): Task => ({
  resourceType: 'Task',
  status,
  intent: 'order',
  code: { coding: [{ system: TASK_CODE, code }] },
  ...((stage ?? bser) && {
    businessStatus: {
      coding: [
        ...(bser ? [{ system: BSER_STATUS, code: bser }] : []),
        ...(stage ? [{ system: STAGE, code: stage }] : []),
      ],
    },
  }),
});
const standing = (one: Task | undefined) => one && [one.status, stageOf(one), bserOf(one)];

t.test('a status tells the stage and the business status, unless the writer says them', async (t) => {
  const rows: [before: Task | undefined, after: Task, stage: string | undefined, bser: string | undefined][] =
    [
      [undefined, task('draft'), 'ordered', undefined],
      [undefined, task('requested'), 'sent', undefined],
      [task('draft', 'network-checked'), task('requested', 'network-checked'), 'sent', undefined],
      [task('draft', 'ordered'), task('received', 'ordered'), 'acknowledged', '2.0'],
      [task('requested', 'sent'), task('received', 'sent'), 'acknowledged', '2.0'],
      [task('received', 'acknowledged', '2.0'), task('accepted', 'acknowledged', '2.0'), 'accepted', '3.0'],
      [task('accepted', 'accepted', '3.0'), task('in-progress', 'accepted', '3.0'), 'accepted', undefined],
      [task('accepted', 'accepted', '3.0'), task('in-progress', 'scheduled', '5.1.1'), 'scheduled', '5.1.1'],
      [task('received', 'acknowledged', '2.0'), task('rejected', 'acknowledged', '2.0'), 'declined', '4.0'],
      [task('received', 'acknowledged', '2.0'), task('rejected', 'no-capacity', '4.0'), 'no-capacity', '4.0'],
      [task('requested', 'sent'), task('cancelled', 'sent'), 'cancelled-by-requester', undefined],
      [
        task('in-progress', 'accepted', '5.2'),
        task('cancelled', 'accepted', '5.2'),
        'cancelled-by-requester',
        '6.0',
      ],
      [
        task('requested', 'sent'),
        task('cancelled', 'cancelled-by-patient'),
        'cancelled-by-patient',
        undefined,
      ],
      [
        task('in-progress', 'reviewed-by-requester', '5.1.4'),
        task('completed', 'reviewed-by-requester', '5.1.4'),
        'reviewed-by-requester',
        '7.0',
      ],
      [
        task('in-progress', 'attended', '5.1.4'),
        task('completed', 'attended', '5.1.4'),
        'report-received',
        '7.0',
      ],
      [
        task('completed', 'patient-informed', '7.0'),
        task('in-progress', 'patient-informed', '7.0'),
        'report-received',
        '5.1.4',
      ],
      [
        task('failed', 'no-capacity', '5.1.3'),
        task('in-progress', 'no-capacity', '5.1.3'),
        'accepted',
        '5.1.3',
      ],
      [
        task('on-hold', 'scheduled', '5.1.1'),
        task('in-progress', 'scheduled', '5.1.1'),
        'scheduled',
        '5.1.1',
      ],
      [task('requested', 'sent'), task('on-hold', 'sent'), 'sent', undefined],
    ];
  for (const [before, after, stage, bser] of rows) {
    const name = `${before?.status ?? 'new'} to ${after.status}`;
    t.same(standing(withStage(before, after, NOW)), [after.status, stage, bser], name);
    const once = withStage(before, after, NOW);
    t.same(standing(withStage(before, once, NOW)), standing(once), `${name}, asked again`);
  }
});

t.test('what is arranged ends where it is; other tasks have no stage', async (t) => {
  const infusion = (status: Task['status'], stage?: string) =>
    task(status, stage, undefined, 'coord-infusion');
  t.same(standing(withStage(infusion('in-progress', 'attended'), infusion('completed', 'attended'), NOW)), [
    'completed',
    'attended',
    undefined,
  ]);
  const other = task('requested', undefined, undefined, 'nav-schedule');
  t.equal(withStage(undefined, other, NOW), other);
});

t.test('the time in which an answer is awaited begins when the referral is sent', async (t) => {
  const draft = { ...task('draft', 'ordered'), authoredOn: '2026-02-20T10:00:00Z' };
  const sent = withStage(draft, { ...draft, status: 'requested' }, NOW);
  t.equal(sentAt(sent), NOW.toISOString());
  t.equal(sentAt(draft), draft.authoredOn, 'before, when it was written');
  const late = { ...draft, restriction: { period: { end: '2026-03-01T10:00:00Z' } } };
  const lateSent = withStage(late, { ...late, status: 'requested' }, NOW);
  t.notOk(lateSent.restriction?.period?.start, 'a period that is over does not begin');
});

const SCHEDULED: Step = { stage: 'scheduled', bser: '5.1.1', status: 'in-progress' };
const MISSED: Step = { stage: 'no-show', bser: '5.1.2', status: 'in-progress' };
const CALLED_OFF: Step = { stage: 'accepted', bser: '5.1.3', status: 'in-progress' };
const ATTENDED: Step = { stage: 'attended', bser: '5.1.4', status: 'in-progress' };
const REPORT: Step = { stage: 'report-received', bser: '5.1.4', status: 'in-progress' };
const REVIEWED: Step = { stage: 'reviewed-by-requester', bser: '5.1.4', status: 'in-progress' };
const INFORMED: Step = { stage: 'patient-informed', bser: '7.0', status: 'completed' };

t.test('a step is made where the machine of BSeR lets it, and nowhere else', async (t) => {
  const rows: [from: Task, step: Step, isMade: boolean][] = [
    [task('accepted', 'accepted', '3.0'), SCHEDULED, true],
    [task('accepted', 'accepted'), SCHEDULED, true],
    [task('ready', 'authorised'), SCHEDULED, true],
    [task('in-progress', 'accepted'), SCHEDULED, true],
    [task('in-progress', 'scheduled', '5.1.1'), MISSED, true],
    [task('in-progress', 'no-show', '5.1.2'), SCHEDULED, true],
    [task('in-progress', 'scheduled', '5.1.1'), CALLED_OFF, true],
    [task('in-progress', 'accepted', '5.1.3'), SCHEDULED, true],
    [task('in-progress', 'scheduled', '5.1.1'), ATTENDED, true],
    [task('in-progress', 'attended', '5.1.4'), REPORT, true],
    [task('accepted', 'accepted', '3.0'), REPORT, true],
    [task('in-progress', 'report-received', '5.1.4'), REVIEWED, true],
    [task('in-progress', 'reviewed-by-requester', '5.1.4'), INFORMED, true],
    [task('in-progress', 'scheduled', '5.1.1'), INFORMED, true],
    [task('draft', 'ordered'), { stage: 'network-checked' }, true],
    [task('draft', 'ordered'), SCHEDULED, false],
    [task('requested', 'sent'), SCHEDULED, false],
    [task('received', 'acknowledged', '2.0'), SCHEDULED, false],
    [task('in-progress', 'no-show', '5.1.2'), ATTENDED, false],
    [task('in-progress', 'no-show', '5.1.2'), INFORMED, false],
    [task('in-progress', 'accepted', '5.1.3'), MISSED, false],
    [task('in-progress', 'accepted', '5.2'), SCHEDULED, false],
    [task('in-progress', 'scheduled', '5.1.1'), SCHEDULED, false],
    [task('in-progress', 'report-received', '5.1.4'), SCHEDULED, false],
    [task('on-hold', 'scheduled', '5.1.1'), ATTENDED, false],
    [task('on-hold', 'ordered'), { stage: 'network-checked' }, false],
    [task('accepted', 'accepted', '3.0'), { stage: 'network-checked' }, false],
    [task('completed', 'patient-informed', '7.0'), SCHEDULED, false],
    [task('completed', 'report-received', '7.0'), SCHEDULED, false],
    [task('cancelled', 'cancelled-by-patient', '6.0'), REPORT, false],
    [task('in-progress', 'unable-to-contact', '5.1.3'), SCHEDULED, false],
  ];
  for (const [from, step, isMade] of rows) {
    const after = stepped(from, step);
    const name = `${standing(from)} to ${step.stage}`;
    t.equal(after !== undefined, isMade, name);
    if (after) t.same(standing(after), [step.status ?? from.status, step.stage, step.bser], name);
  }
});

t.test('after the end of whoever was asked the stage alone goes on', async (t) => {
  const ended = task('completed', 'report-received', '7.0');
  t.same(standing(stepped(ended, REVIEWED)!), ['completed', 'reviewed-by-requester', '7.0']);
  t.same(standing(stepped(ended, INFORMED)!), ['completed', 'patient-informed', '7.0']);
});

t.test('a text that told the former standing goes with it, codings of others stay', async (t) => {
  const before = task('in-progress', 'scheduled', '5.1.1');
  const other = { system: 'https://other.example/status', code: 'x' };
  before.businessStatus = { text: 'Booked', coding: [other, ...before.businessStatus!.coding!] };
  const { businessStatus } = stepped(before, ATTENDED)!;
  t.notOk(businessStatus?.text);
  t.same(businessStatus?.coding?.[0], other);
});

t.test('whatever happens in whatever order, a referral never leaves its end nor a way out', async (t) => {
  const steps = fc.array(
    fc.constantFrom(SCHEDULED, MISSED, CALLED_OFF, ATTENDED, REPORT, REVIEWED, INFORMED),
    { maxLength: 20 },
  );
  const starts = fc.constantFrom(
    task('accepted', 'accepted', '3.0'),
    task('requested', 'sent'),
    ...EXITS.map((exit) => task('in-progress', exit, '5.1.3')),
  );
  fc.assert(
    fc.property(starts, steps, (start, way) => {
      let now = start;
      for (const step of way) {
        const after = stepped(now, step);
        if (!after) continue;
        if (now.status === 'completed' || (EXITS as readonly (string | undefined)[]).includes(stageOf(now)))
          return false;
        if (now.status === 'requested') return false;
        now = after;
      }
      return true;
    }),
  );
  t.pass();
});
