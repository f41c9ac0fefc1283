// The plans that are shipped: thirteen, each action with its time, its role and its definition; drafts say that they are.
// https://hl7.org/fhir/R4/plandefinition.html
import { readdirSync, readFileSync } from 'node:fs';
import type {
  ActivityDefinition,
  Condition,
  PlanDefinition,
  PlanDefinitionAction,
  Resource,
  ValueSet,
} from '@medplum/fhirtypes';
import t from 'tap';
import { codeOf, ROLE, TASK_CODE } from '../../../care/code.ts';
import { readPlans } from '../../../care/plan/trigger.ts';
import { createValidator, loadDefinitions } from '../../../validation/index.ts';

const ROOT = new URL('../../../../profiles/definitions/', import.meta.url);
const { validate } = createValidator(loadDefinitions(ROOT));
const all = <T extends Resource>(type: string): T[] =>
  readdirSync(new URL(`${type}/`, ROOT)).map((name) =>
    JSON.parse(readFileSync(new URL(`${type}/${name}`, ROOT), 'utf8')),
  );
const plans = all<PlanDefinition>('PlanDefinition');
const activities = new Map(all<ActivityDefinition>('ActivityDefinition').map((one) => [one.url, one]));
const compiled = readPlans(plans, all<ValueSet>('ValueSet'));

const IDS =
  'new-member-navigation post-visit-handoff discharge-transition fuh fum smi-smoking smi-t2dm smi-htn smi-asthma-copd smi-chf smi-hiv barrier referral-chase';
const steps = ({ action = [] }: PlanDefinition): PlanDefinitionAction[] =>
  action.flatMap((one) => one.action ?? []);

t.test('there are the thirteen, valid, each with a version, an author and a use', async (t) => {
  t.strictSame(
    plans.map(({ id }) => id).sort(),
    IDS.split(' ')
      .map((id) => `cn-pd-${id}`)
      .sort(),
  );
  for (const one of [...plans, ...activities.values()]) {
    t.strictSame(
      validate(one).filter(({ severity }) => severity === 'error'),
      [],
      one.id!,
    );
    t.match(one, { version: '1.0.0', author: [{ name: 'Throughline' }], publisher: 'Throughline' });
  }
  for (const { id, usage, description } of plans) {
    t.match(description, /^[A-Z].+\.$/s, id!);
    t.match(usage, /^[A-Z].+\.\s*$/s, id!);
  }
});

t.test(
  'every action has a time or says what it waits for, a role, and the definition of its task',
  async (t) => {
    for (const plan of plans) {
      t.ok(steps(plan).length >= 3, plan.id!);
      for (const action of steps(plan)) {
        const name = `${plan.id} ${action.id}`;
        t.ok(action.timingDuration || action.relatedAction || action.requiredBehavior === 'could', name);
        t.ok(codeOf(action.participant?.[0]?.role, ROLE), name);
        const activity = activities.get(action.definitionCanonical!);
        t.ok(codeOf(activity?.code, TASK_CODE), name);
        t.equal(activity?.kind, 'Task', name);
      }
    }
  },
);

t.test(
  'what no clinician has approved is a draft, without a date of approval and with a place for one who will',
  async (t) => {
    const drafts = plans.filter(({ experimental }) => experimental);
    t.strictSame(
      drafts.map(({ id }) => id).sort(),
      plans.flatMap(({ id }) => (id!.includes('-smi-') ? [id] : [])).sort(),
    );
    for (const { status, approvalDate, endorser } of drafts) {
      t.equal(status, 'draft');
      t.equal(approvalDate, undefined);
      t.equal(endorser?.length, 1);
    }
    t.ok(plans.filter(({ experimental }) => !experimental).every(({ status }) => status === 'active'));
  },
);

t.test('every trigger is understood; the two plans that other rules carry out have none', async (t) => {
  for (const { definition, triggers, unclear } of compiled) {
    t.strictSame(unclear, [], definition.id!);
    const isCarriedOut = ['cn-pd-barrier', 'cn-pd-referral-chase'].includes(definition.id!);
    t.equal(triggers.length === 0, isCarriedOut, definition.id!);
  }
});

t.test('the days of chasing a referral stand in its plan', async (t) => {
  const chase = plans.find(({ id }) => id === 'cn-pd-referral-chase')!;
  t.strictSame(
    steps(chase).map(({ timingDuration }) => timingDuration!.value),
    [3, 7, 10, 14],
  );
});

t.test('a trigger is met by what begins to be so, and by nothing that was so before', async (t) => {
  const htn = compiled.find(({ definition }) => definition.id === 'cn-pd-smi-htn')!;
  const condition = (code: string, clinical = 'active'): Condition => ({
    resourceType: 'Condition',
    subject: { reference: 'Patient/p' },
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: clinical }],
    },
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code }] },
  });
  t.ok(htn.isSetOffBy({ after: condition('I10') }));
  t.ok(htn.isSetOffBy({ after: condition('F20.9') }));
  t.ok(htn.isSetOffBy({ before: condition('I10', 'resolved'), after: condition('I10') }));
  t.notOk(htn.isSetOffBy({ before: condition('I10'), after: condition('I10') }));
  t.notOk(htn.isSetOffBy({ after: condition('I10', 'resolved') }));
  t.notOk(htn.isSetOffBy({ after: condition('E11.9') }));
  t.notOk(htn.isSetOffBy({ after: { resourceType: 'Patient' } }));
});

t.test('triggers that cannot be told are not listened to, and say why', async (t) => {
  const plan = (trigger: NonNullable<PlanDefinitionAction['trigger']>[number]): PlanDefinition => ({
    resourceType: 'PlanDefinition',
    url: 'https://x.example/p',
    status: 'active',
    action: [{ trigger: [trigger] }],
  });
  const unclear = (trigger: Parameters<typeof plan>[0]) => readPlans([plan(trigger)])[0]!.unclear[0];
  const data = [{ type: 'Condition' as const }];
  t.match(unclear({ type: 'named-event', name: 'x' }), /named-event/);
  t.match(unclear({ type: 'data-added', data: [{ type: 'Binary' }] }), /Binary/);
  t.match(
    unclear({ type: 'data-added', data, condition: { language: 'text/cql', expression: 'x' } }),
    /text\/cql/,
  );
  t.match(
    unclear({ type: 'data-added', data, condition: { language: 'text/fhirpath', expression: '1 +' } }),
    /FHIRPath/,
  );
  t.match(
    unclear({
      type: 'data-added',
      data: [{ type: 'Condition', codeFilter: [{ path: 'code', valueSet: 'https://x.example/v' }] }],
    }),
    /value set/,
  );
  t.match(
    unclear({ type: 'data-added', data: [{ type: 'Condition', dateFilter: [{ path: 'onset' }] }] }),
    /dateFilter/,
  );
});

t.test('added, modified and changed differ by whether it was there', async (t) => {
  const after: Condition = { resourceType: 'Condition', subject: { reference: 'Patient/p' } };
  const fires = (type: 'data-added' | 'data-modified' | 'data-changed', before?: Condition) => {
    const [plan] = readPlans([
      {
        resourceType: 'PlanDefinition',
        status: 'active',
        action: [
          {
            trigger: [
              {
                type,
                data: [{ type: 'Condition' }],
                condition: { language: 'text/fhirpath', expression: 'note.empty()' },
              },
            ],
          },
        ],
      },
    ]);
    return plan!.isSetOffBy({ ...(before && { before }), after });
  };
  const noted: Condition = { ...after, note: [{ text: 'x' }] };
  t.strictSame([fires('data-added'), fires('data-added', noted)], [true, false]);
  t.strictSame([fires('data-modified'), fires('data-modified', noted)], [false, true]);
  t.strictSame(
    [fires('data-changed'), fires('data-changed', noted), fires('data-changed', after)],
    [true, true, false],
  );
});
