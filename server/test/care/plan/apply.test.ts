// PlanDefinition/$apply, clause by clause: which actions apply, what each leads to, and how they hang together.
// https://hl7.org/fhir/R4/plandefinition.html#12.18.3.2
import type {
  ActivityDefinition,
  CarePlan,
  Condition,
  PlanDefinition,
  PlanDefinitionAction,
  Questionnaire,
  RequestGroup,
  Resource,
} from '@medplum/fhirtypes';
import t from 'tap';
import { applyPlan } from '../../../care/plan/apply.ts';
import { createValidator, loadDefinitions } from '../../../validation/index.ts';
import { givenFor, refusal, sourcesOf } from './sources.ts';

const { validate } = createValidator(
  loadDefinitions(new URL('../../../../profiles/definitions/', import.meta.url)),
);
const plan = (action: PlanDefinitionAction[], more: Partial<PlanDefinition> = {}): PlanDefinition => ({
  resourceType: 'PlanDefinition',
  url: 'https://x.example/plan',
  version: '1',
  status: 'active',
  title: 'A plan',
  action,
  ...more,
});
const activity: ActivityDefinition = {
  resourceType: 'ActivityDefinition',
  url: 'https://x.example/call',
  status: 'active',
  title: 'As defined',
  description: 'Defined.',
  kind: 'Task',
  code: { coding: [{ system: 'https://x.example/codes', code: 'call' }] },
  timingDuration: { value: 9, code: 'd' },
  dynamicValue: [
    { path: 'description', expression: { language: 'text/fhirpath', expression: "'computed'" } },
  ],
};
const form: Questionnaire = {
  resourceType: 'Questionnaire',
  url: 'https://x.example/form',
  status: 'active',
};
const CALL = { definitionCanonical: 'https://x.example/call' };
const when = (expression: string, language = 'text/fhirpath') => ({
  condition: [
    { kind: 'applicability' as const, expression: { language: language as 'text/fhirpath', expression } },
  ],
});

interface Outcome {
  carePlan: CarePlan;
  group: RequestGroup;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any resource
  at: (reference: string | undefined) => any;
}

async function apply(
  definition: PlanDefinition,
  definitions: Parameters<typeof sourcesOf>[0] = [],
  records: readonly Resource[] = [],
): Promise<Outcome> {
  const carePlan = await applyPlan(
    definition,
    givenFor(),
    sourcesOf([activity, form, ...definitions], records),
  );
  const at = (reference: string | undefined) => carePlan.contained!.find(({ id }) => `#${id}` === reference);
  const problems = validate({ ...carePlan, id: 'x' }).filter(({ severity }) => severity === 'error');
  t.strictSame(problems, [], 'the answer is valid R4');
  return { carePlan, group: at(carePlan.activity![0]!.reference!.reference) as RequestGroup, at };
}

t.test(
  'the result is a draft CarePlan whose one activity is a RequestGroup, both linked to the plan',
  async (t) => {
    const { carePlan, group, at } = await apply(plan([{ id: 'a', title: 'Call', ...CALL }]));
    t.match(carePlan, {
      resourceType: 'CarePlan',
      status: 'draft',
      intent: 'proposal',
      title: 'A plan',
      subject: { reference: 'Patient/p' },
      instantiatesCanonical: ['https://x.example/plan|1'],
    });
    t.equal(carePlan.activity!.length, 1);
    t.match(group, {
      resourceType: 'RequestGroup',
      status: 'draft',
      instantiatesCanonical: ['https://x.example/plan|1'],
    });
    const task = at(group.action![0]!.resource!.reference);
    t.match(task, {
      resourceType: 'Task',
      status: 'draft',
      intent: 'option',
      for: { reference: 'Patient/p' },
    });
  },
);

t.test('goals of the plan become goals of the care plan', async (t) => {
  const goal = [
    {
      description: { text: 'Well' },
      target: [
        {
          detailString: undefined,
          due: { value: 30, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
        },
      ],
    },
  ];
  const { carePlan, at } = await apply(plan([], { goal: goal as PlanDefinition['goal'] }));
  t.match(at(carePlan.goal![0]!.reference), {
    resourceType: 'Goal',
    lifecycleStatus: 'proposed',
    description: { text: 'Well' },
    target: [{ dueDuration: { value: 30 } }],
  });
});

t.test('an action applies when all its applicability conditions are true, and only then', async (t) => {
  const titles = async (...actions: PlanDefinitionAction[]) =>
    (await apply(plan(actions))).group.action?.map(({ title }) => title) ?? [];
  t.strictSame(await titles({ title: 'yes', ...CALL, ...when("%subject.gender = 'female'") }), ['yes']);
  t.strictSame(await titles({ title: 'from the subject', ...CALL, ...when("gender = 'female'") }), [
    'from the subject',
  ]);
  t.strictSame(await titles({ title: 'no', ...CALL, ...when("%subject.gender = 'male'") }), []);
  t.strictSame(await titles({ title: 'nothing is not true', ...CALL, ...when('%subject.deceased') }), []);
  t.strictSame(await titles({ title: 'a name is not true', ...CALL, ...when('%subject.id') }), []);
});

t.test('a condition in another language, or that cannot be evaluated, is refused', async (t) => {
  t.match(await refusal(apply(plan([{ ...CALL, ...when('x', 'text/cql') }]))), { status: 422 });
  t.match(await refusal(apply(plan([{ ...CALL, ...when('%nobody.exists()') }]))), { status: 422 });
});

t.test('start and stop conditions are carried forward', async (t) => {
  const stop = { kind: 'stop' as const, expression: { language: 'text/cql' as const, expression: 'Enough' } };
  const { group } = await apply(plan([{ ...CALL, condition: [stop] }]));
  t.strictSame(group.action![0]!.condition, [stop]);
});

t.test('what the plan says of an action stands over its definition', async (t) => {
  const action: PlanDefinitionAction = {
    ...CALL,
    title: 'In the plan',
    priority: 'urgent',
    timingDuration: { value: 2, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
    participant: [{ type: 'practitioner', role: { text: 'Nurse' } }],
    dynamicValue: [
      { path: 'note[0].text', expression: { language: 'text/fhirpath', expression: '%subject.id' } },
      { path: '%action.title', expression: { language: 'text/fhirpath', expression: "'Computed title'" } },
    ],
  };
  const { group, at } = await apply(plan([action]));
  t.match(group.action![0], { title: 'Computed title', priority: 'urgent', timingDuration: { value: 2 } });
  t.match(at(group.action![0]!.resource!.reference), {
    description: 'computed',
    priority: 'urgent',
    code: { coding: [{ code: 'call' }], text: 'In the plan' },
    restriction: { period: { end: '2026-03-04T17:00:00.000Z' } },
    performerType: [{ text: 'Nurse' }],
    note: [{ text: 'p' }],
  });
});

t.test('groups keep their behaviours, and their actions that apply', async (t) => {
  const group: PlanDefinitionAction = {
    id: 'g',
    title: 'One of these',
    groupingBehavior: 'logical-group',
    selectionBehavior: 'exactly-one',
    requiredBehavior: 'must',
    precheckBehavior: 'yes',
    cardinalityBehavior: 'single',
    action: [
      { id: 'a', title: 'A', ...CALL },
      { id: 'b', title: 'B', ...CALL, ...when('false') },
      {
        id: 'c',
        title: 'C',
        ...CALL,
        relatedAction: [
          { actionId: 'a', relationship: 'after' },
          { actionId: 'b', relationship: 'after' },
        ],
      },
    ],
  };
  const { action: [made] = [] } = (await apply(plan([group]))).group;
  t.match(made, {
    title: 'One of these',
    selectionBehavior: 'exactly-one',
    requiredBehavior: 'must',
    precheckBehavior: 'yes',
    cardinalityBehavior: 'single',
  });
  t.strictSame(
    made!.action!.map(({ id }) => id),
    ['a', 'c'],
  );
  t.strictSame(
    made!.action![1]!.relatedAction,
    [{ actionId: 'a', relationship: 'after' }],
    'no relation to what is not there',
  );
  const none = await apply(plan([{ ...group, ...when('false') }]));
  t.notOk(none.group.action, 'a group that does not apply is left out with all in it');
  const empty = await apply(plan([{ title: 'Empty', action: [{ ...CALL, ...when('false') }] }]));
  t.notOk(empty.group.action, 'so is one of which nothing applies');
});

t.test('an action may apply another plan, and no plan contains itself', async (t) => {
  const inner = plan([{ id: 'x', title: 'Inner', ...CALL }], { url: 'https://x.example/inner' });
  const { group, at } = await apply(plan([{ title: 'Part', definitionCanonical: inner.url! }]), [
    inner as never,
  ]);
  const part = at(group.action![0]!.resource!.reference);
  t.match(part, {
    resourceType: 'RequestGroup',
    intent: 'option',
    instantiatesCanonical: ['https://x.example/inner|1'],
  });
  t.equal(part.action[0].title, 'Inner');
  const loop = plan([{ definitionCanonical: 'https://x.example/plan' }]);
  t.match(await refusal(apply(loop, [loop as never])), { status: 422 });
});

t.test('a form is asked for by a task that names it; words alone make a task too', async (t) => {
  const { group, at } = await apply(
    plan([
      { title: 'Ask', definitionCanonical: form.url! },
      { title: 'Talk', description: 'About it.' },
    ]),
  );
  const [ask, talk] = group.action!.map(({ resource }) => at(resource!.reference));
  t.match(ask, { resourceType: 'Task', code: { text: 'Ask' }, input: [{ valueCanonical: form.url }] });
  t.match(talk, { resourceType: 'Task', description: 'About it.', code: { text: 'Talk' } });
});

t.test('a definition that is not here is refused by name', async (t) => {
  const error = await refusal(apply(plan([{ definitionCanonical: 'https://x.example/absent' }])));
  t.match(String(error), /https:\/\/x\.example\/absent/);
});

t.test('inputs are the records of the subject that meet them, by their id', async (t) => {
  const condition = (id: string, code: string): Condition => ({
    resourceType: 'Condition',
    id,
    subject: { reference: 'Patient/p' },
    code: { coding: [{ system: 'https://x.example/c', code }] },
  });
  const input = [
    {
      id: 'found',
      type: 'Condition' as const,
      codeFilter: [{ path: 'code', code: [{ system: 'https://x.example/c', code: 'a' }] }],
    },
  ];
  const action = { title: 'Two', ...CALL, input, ...when('%found.count() = 2') } as PlanDefinitionAction;
  const records = [condition('1', 'a'), condition('2', 'a'), condition('3', 'b')];
  t.equal((await apply(plan([action]), [], records)).group.action?.length, 1);
  t.notOk((await apply(plan([action]), [], records.slice(1))).group.action);
  const inside = {
    title: 'Outer',
    input,
    action: [{ title: 'Inner', ...CALL, ...when('%found.exists()') }],
  } as PlanDefinitionAction;
  t.equal(
    (await apply(plan([inside]), [], records)).group.action?.length,
    1,
    'a group lends its inputs to what is in it',
  );
  const unclear = { ...CALL, input: [{ id: 'x', type: 'Binary' }] } as PlanDefinitionAction;
  t.match(await refusal(apply(plan([unclear]))), { status: 422 });
});

t.test('a transform is refused', async (t) => {
  t.match(
    String(await refusal(apply(plan([{ ...CALL, transform: 'https://x.example/m' }])))),
    /StructureMap/,
  );
});
