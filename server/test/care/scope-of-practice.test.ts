// Scope of practice on the writes of tasks: who may, who may not, and what the refusal says.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Patient, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { readPolicies } from '../../auth/policy/resource.ts';
import { checkCareRules } from '../../care/index.ts';
import { createPractice } from '../../care/practice/index.ts';
import { practiceRuleOf } from '../../care/practice/rule.ts';
import type { TaskStatus } from '../../care/state/task.ts';
import type { CareWrite } from '../../care/write.ts';
import { type Access, systemAccess } from '../../fhir/access.ts';
import { FhirError, RULE_SYSTEM } from '../../fhir/errors.ts';

const ROLES = [
  'navigator',
  'benefits-navigator',
  'scheduler',
  'chw',
  'peer',
  'clinical-support',
  'lpn',
  'rn',
  'lcsw',
  'np-pa',
  'physician',
  'pharmacist',
  'supervisor',
  'programme-admin',
  'quality-analyst',
  'payer-system',
  'patient',
  'natural-support',
];
const DEFAULTS = readPolicies(new URL('../../../profiles/practice/', import.meta.url));
const practice = createPractice(DEFAULTS.map(practiceRuleOf));

const task = (code: string, status: TaskStatus, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  status,
  intent: 'order',
  code: { coding: [{ system: 'https://throughline.example/fhir/CodeSystem/cn-task-code', code }] },
  ...more,
});
const as = (role?: string): Access => ({
  subject: 'someone',
  scopes: [],
  policy: 'unlimited',
  ...(role && { role }),
});

function refusal(write: Omit<CareWrite, 'now' | 'interaction'>): FhirError | undefined {
  const interaction = write.before ? (write.after ? 'update' : 'delete') : 'create';
  try {
    checkCareRules({ interaction, now: new Date('2026-03-02T09:00:00Z'), ...write }, practice);
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  return undefined;
}

/** Each rule: a write it concerns, and the roles that may make it. Written out here a second time, from the matrix. */
const CASES: readonly [rule: string, what: string, before: Task | undefined, after: Task, may: string[]][] = [
  [
    'navigator-cannot-complete-coordination',
    'complete a coordination task',
    task('coord-referral', 'in-progress'),
    task('coord-referral', 'completed'),
    ['rn', 'lcsw', 'np-pa', 'physician', 'pharmacist'],
  ],
  [
    'navigator-cannot-complete-coordination',
    'complete a coordination task by calling it navigation in the same write',
    task('coord-referral', 'in-progress'),
    task('nav-schedule', 'completed'),
    ['rn', 'lcsw', 'np-pa', 'physician', 'pharmacist'],
  ],
  [
    'navigator-cannot-start-coordination',
    'start a coordination task',
    task('coord-referral', 'ready'),
    task('coord-referral', 'in-progress'),
    ['clinical-support', 'rn', 'lpn', 'lcsw', 'np-pa', 'physician', 'pharmacist'],
  ],
  [
    'navigator-cannot-assign-coordination',
    'take a running coordination task over by naming another owner',
    task('coord-dme', 'in-progress', { owner: { reference: 'PractitionerRole/nurse' } }),
    task('coord-dme', 'in-progress', { owner: { reference: 'PractitionerRole/navigator' } }),
    ['clinical-support', 'rn', 'lpn', 'lcsw', 'np-pa', 'physician', 'pharmacist', 'supervisor'],
  ],
  [
    'navigator-cannot-create-coordination',
    'open a coordination task',
    undefined,
    task('coord-imaging', 'requested'),
    [
      'clinical-support',
      'rn',
      'lpn',
      'lcsw',
      'np-pa',
      'physician',
      'pharmacist',
      'supervisor',
      'payer-system',
    ],
  ],
  [
    'navigator-cannot-create-coordination',
    'turn a coordination task into a navigation task',
    task('coord-imaging', 'ready'),
    task('nav-schedule', 'ready'),
    [
      'clinical-support',
      'rn',
      'lpn',
      'lcsw',
      'np-pa',
      'physician',
      'pharmacist',
      'supervisor',
      'payer-system',
    ],
  ],
  [
    'navigator-cannot-accept-handoff',
    'accept a hand-off',
    task('handoff', 'requested'),
    task('handoff', 'accepted'),
    ['rn', 'lcsw', 'np-pa', 'physician'],
  ],
  [
    'only-clinicians-close-loop',
    'close the loop',
    task('loop-closure', 'in-progress'),
    task('loop-closure', 'completed'),
    ['rn', 'lcsw', 'np-pa', 'physician'],
  ],
  [
    'non-clinical-cannot-complete-escalation',
    'complete a clinical escalation',
    task('nav-escalate-clinical', 'in-progress'),
    task('nav-escalate-clinical', 'completed'),
    ['rn', 'lpn', 'lcsw', 'np-pa', 'physician', 'pharmacist'],
  ],
  [
    'social-worker-cannot-reconcile-medicines',
    'reconcile medicines, of those who may complete a coordination task',
    task('coord-med-reconciliation', 'in-progress'),
    task('coord-med-reconciliation', 'completed'),
    ['rn', 'np-pa', 'physician', 'pharmacist'],
  ],
  [
    'only-supervisor-reopens',
    'reopen a finished navigation task',
    task('nav-schedule', 'completed'),
    task('nav-schedule', 'in-progress', { statusReason: { text: 'Wrong day' } }),
    ['supervisor'],
  ],
];

for (const [rule, what, before, after, may] of CASES) {
  t.test(`Only those whose practice covers it may ${what}`, async (t) => {
    for (const role of [...ROLES, 'a-role-nobody-knows']) {
      const refused = refusal({ ...(before && { before }), after, access: as(role) });
      if (may.includes(role)) {
        t.equal(refused, undefined, `${role} may`);
        continue;
      }
      t.equal(refused?.status, 403, `${role} may not`);
      t.match(refused?.issues, [{ severity: 'error', code: 'forbidden', expression: ['Task.status'] }]);
      const refusedBy = refused?.issues[0]?.details?.coding?.[0];
      t.equal(refusedBy?.system, RULE_SYSTEM);
      const earlier =
        rule === 'social-worker-cannot-reconcile-medicines' && !['lcsw', 'clinical-support'].includes(role);
      t.equal(refusedBy?.code, earlier ? 'navigator-cannot-complete-coordination' : rule);
      const row = practice.rules.find((each) => each.rule === refusedBy?.code);
      t.ok(refused?.issues[0]?.diagnostics?.startsWith(row!.sentence), 'says why, and the way out');
    }
  });
}

t.test(
  'A navigator who creates a coordination task as completed is refused by the rule, not by the table',
  async (t) => {
    const refused = refusal({ after: task('coord-referral', 'completed'), access: as('navigator') });
    t.equal(refused?.status, 403);
    t.match(refused?.issues[0]?.details, { coding: [{ code: 'navigator-cannot-complete-coordination' }] });
    t.equal(
      refused?.issues[0]?.diagnostics,
      'Only a licensed clinician can complete a coordination task. Hand it over to a nurse.',
    );
  },
);

t.test('A navigator may work on navigation tasks from start to end', async (t) => {
  const walk = (['requested', 'accepted', 'in-progress', 'completed'] as const).map((s) =>
    task('nav-schedule', s),
  );
  let before: Task | undefined;
  for (const after of walk) {
    t.equal(refusal({ ...(before && { before }), after, access: as('navigator') }), undefined, after.status);
    before = after;
  }
});

t.test('A navigator may edit a coordination task without moving it', async (t) => {
  const before = task('coord-referral', 'in-progress');
  const after = { ...before, note: [{ text: 'Prefers mornings' }] };
  t.equal(refusal({ before, after, access: as('navigator') }), undefined);
});

t.test('A caller without a role is held by the transition table and not by role rules', async (t) => {
  const before = task('coord-referral', 'in-progress');
  t.equal(refusal({ before, after: task('coord-referral', 'completed'), access: as() }), undefined);
  t.equal(refusal({ before, after: task('coord-referral', 'requested'), access: as() })?.status, 409);
  t.equal(refusal({ before, after: task('coord-referral', 'requested'), access: systemAccess })?.status, 409);
  t.equal(refusal({ after: task('coord-referral', 'completed'), access: as() })?.status, 409);
});

t.test("The server's own work may load a task in any status", async (t) => {
  t.equal(refusal({ after: task('coord-referral', 'completed'), access: systemAccess }), undefined);
});

t.test('Other resources, and deletes, pass', async (t) => {
  const patient: Patient = { resourceType: 'Patient' };
  t.equal(refusal({ after: patient, access: as('navigator') }), undefined);
  t.equal(refusal({ before: task('coord-referral', 'in-progress'), access: as('navigator') }), undefined);
});
