// When a referral that nobody has accepted is chased. https://hl7.org/fhir/R4/plandefinition.html
import { readFileSync } from 'node:fs';
import type { PlanDefinition, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { plainCalendar } from '../../../care/calendar.ts';
import { TASK_CODE } from '../../../care/code.ts';
import { plainKnowledge } from '../../../care/index.ts';
import { CHASE, chaseSteps, chaseStrikes } from '../../../care/referral/chase.ts';

// A Monday.
const SENT = '2026-03-02T15:00:00Z';
const task = (status: Task['status'], code = 'coord-referral'): Task => ({
  resourceType: 'Task',
  status,
  intent: 'order',
  code: { coding: [{ system: TASK_CODE, code }] },
  authoredOn: '2026-02-20T15:00:00Z',
  restriction: { period: { start: SENT } },
});
const plan = (action: PlanDefinition['action']): { definition: PlanDefinition } => ({
  definition: {
    resourceType: 'PlanDefinition',
    url: 'https://throughline.example/fhir/PlanDefinition/cn-pd-referral-chase',
    status: 'active',
    action: action ?? [],
  },
});
const shown = (one: Task, knowledge = plainKnowledge) =>
  chaseStrikes(one, knowledge).map(({ step, due }) => `${step} ${due.toISOString()}`);

t.test(
  'it is asked after on day 3 and 7, another provider is looked for on day 10, and day 14 escalates',
  async (t) => {
    t.same(shown(task('requested')), [
      'chase-1 2026-03-05T17:00:00.000Z',
      'chase-2 2026-03-09T17:00:00.000Z',
      'alternate 2026-03-12T17:00:00.000Z',
      'escalate 2026-03-16T17:00:00.000Z',
    ]);
  },
);

t.test('a day on which nobody works gives way to the next business day', async (t) => {
  const calendar = () => ({
    ...plainCalendar('America/New_York'),
    holidays: new Set(['2026-03-05', '2026-03-06']),
  });
  t.equal(shown(task('received'), { ...plainKnowledge, calendar })[0], 'chase-1 2026-03-09T21:00:00.000Z');
});

t.test('only what waits for an acceptance is chased', async (t) => {
  for (const status of ['draft', 'accepted', 'in-progress', 'on-hold', 'rejected', 'completed'] as const)
    t.same(shown(task(status)), [], status);
  t.equal(shown(task('received', 'coord-imaging')).length, 4);
  t.same(shown(task('requested', 'nav-schedule')), []);
  const { restriction: _unsent, authoredOn: _unwritten, ...undated } = task('requested');
  t.same(shown(undated), []);
});

t.test('the plan definition that the server ships says the same days', async (t) => {
  const path = '../../../../profiles/definitions/PlanDefinition/cn-pd-referral-chase.json';
  const definition = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as PlanDefinition;
  t.same(chaseSteps([{ definition }]), CHASE);
});

t.test('of two versions of the plan the newer one counts', async (t) => {
  const version = (version: string, value: number) => {
    const { definition } = plan([{ id: 'escalate', timingDuration: { value, code: 'd' } }]);
    return { definition: { ...definition, version } };
  };
  t.same(
    chaseSteps([version('1.9.0', 20), version('1.10.0', 30), version('1.2.0', 40)]).map(({ days }) => days),
    [30],
  );
});

t.test('the days are those of the plan definition in force', async (t) => {
  const days = (value: number) => ({ value, system: 'http://unitsofmeasure.org', code: 'd' });
  const steps = chaseSteps([
    plan([
      { id: 'chase-1', timingDuration: days(2) },
      {
        id: 'alternate',
        relatedAction: [
          { actionId: 'chase-1', relationship: 'after-end', offsetDuration: { ...days(1), code: 'wk' } },
        ],
      },
      { id: 'escalate' },
    ]),
  ]);
  t.same(
    steps.map(({ id, days }) => [id, days]),
    [
      ['chase-1', 2],
      ['alternate', 9],
      ['escalate', 14],
    ],
  );
  t.same(
    chaseSteps([]).map(({ days }) => days),
    [3, 7, 10, 14],
  );
});
