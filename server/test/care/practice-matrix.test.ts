// Who may do what with which task: every role, every operation of the matrix, each cell with its rule. The cells are written
// out here a second time, from the matrix and not from the rules. https://hl7.org/fhir/R4/security.html#rbac
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import { readPolicies } from '../../auth/policy/resource.ts';
import { checkScopeOfPractice } from '../../care/practice/check.ts';
import { answerOf, createPractice } from '../../care/practice/index.ts';
import { practiceRuleOf } from '../../care/practice/rule.ts';
import type { Access } from '../../fhir/access.ts';
import { FhirError } from '../../fhir/errors.ts';

const CB = 'https://throughline.example/fhir';
const practice = createPractice(
  readPolicies(new URL('../../../profiles/practice/', import.meta.url)).map(practiceRuleOf),
);
/** The columns: navigator, benefits navigator, scheduler, community health worker, peer, medical assistant … patient. */
const ROLES =
  'navigator benefits-navigator scheduler chw peer clinical-support lpn rn lcsw np-pa physician pharmacist supervisor payer-system quality-system patient'.split(
    ' ',
  );

const COMPLETE = 'navigator-cannot-complete-coordination';
const START = 'navigator-cannot-start-coordination';
const CREATE = 'navigator-cannot-create-coordination';
const SUPPORT = 'support-parts-only';
const SOCIAL = 'social-worker-psychosocial-only';

interface Operation {
  what: string;
  code: string;
  /** Statuses before and after; one of them: the task is created. */
  status: readonly Task['status'][];
  /** Other changes. */
  change?: Partial<Task>;
  /** A cell a role: A may, C with a co-signature, - refused. */
  cells: string;
  /** The rule of every refusal, and of those that differ. */
  rule: string;
  other?: Readonly<Record<string, string>>;
}

//              nav bnav sch chw peer ma lpn rn lcsw np md ph sup pay qua pat
const MATRIX: readonly Operation[] = [
  {
    what: 'open a navigation task',
    code: 'nav-find-provider',
    status: ['requested'],
    cells: '         A   A    -   A   -    A  A   A  A    A  A  A  A   A   -   A',
    rule: 'staff-open-navigation',
    other: { scheduler: 'scheduler-only-schedules', peer: 'peer-only-accompanies' },
  },
  {
    what: 'work on a navigation task',
    code: 'nav-barrier-resolve',
    status: ['in-progress', 'completed'],
    cells: '         A   A    -   A   -    A  A   A  A    A  A  A  A   -   -   A',
    rule: 'staff-do-navigation',
    other: { scheduler: 'scheduler-only-schedules', peer: 'peer-only-accompanies' },
  },
  {
    what: 'work on a scheduling task',
    code: 'nav-schedule',
    status: ['accepted', 'in-progress'],
    cells: '         A   A    A   A   -    A  A   A  A    A  A  A  A   -   -   A',
    rule: 'staff-do-navigation',
    other: { peer: 'peer-only-accompanies' },
  },
  {
    what: 'end an alarm about late work',
    code: 'late-work',
    status: ['in-progress', 'completed'],
    cells: '         -   -    -   -   -    -  -   -  -    -  -  -  A   -   -   -',
    rule: 'only-supervisors-hear-of-late-work',
  },
  {
    what: 'go along',
    code: 'nav-accompany',
    status: ['in-progress', 'completed'],
    cells: '         A   A    -   A   A    A  A   A  A    A  A  A  A   -   -   A',
    rule: 'staff-do-navigation',
    other: { scheduler: 'scheduler-only-schedules' },
  },
  {
    what: 'open a supporting part of coordination',
    code: 'coord-lab',
    status: ['requested'],
    cells: '         -   -    -   -   -    A  A   A  A    A  A  A  A   A   -   -',
    rule: CREATE,
  },
  {
    what: 'open a clinical part of coordination',
    code: 'coord-clinical-assessment',
    status: ['requested'],
    cells: '         -   -    -   -   -    -  A   A  A    A  A  A  A   A   -   -',
    rule: CREATE,
    other: { 'clinical-support': SUPPORT },
  },
  {
    what: 'take on a supporting part of coordination',
    code: 'coord-referral',
    status: ['accepted', 'in-progress'],
    cells: '         -   -    -   -   -    A  A   A  A    A  A  A  -   -   -   -',
    rule: START,
  },
  {
    what: 'take on what rests on medicine',
    code: 'coord-infusion',
    status: ['accepted', 'in-progress'],
    cells: '         -   -    -   -   -    -  A   A  -    A  A  A  -   -   -   -',
    rule: START,
    other: { 'clinical-support': SUPPORT, lcsw: SOCIAL },
  },
  {
    what: 'complete a supporting part of coordination',
    code: 'coord-referral',
    status: ['in-progress', 'completed'],
    cells: '         -   -    -   -   -    C  C   A  A    A  A  A  -   -   -   -',
    rule: COMPLETE,
  },
  {
    what: 'complete a psychosocial part of coordination',
    code: 'coord-crisis-plan',
    status: ['in-progress', 'completed'],
    cells: '         -   -    -   -   -    -  C   A  A    A  A  A  -   -   -   -',
    rule: COMPLETE,
    other: { 'clinical-support': SUPPORT },
  },
  {
    what: 'complete what rests on medicine',
    code: 'coord-metabolic-monitoring',
    status: ['in-progress', 'completed'],
    cells: '         -   -    -   -   -    -  C   A  -    A  A  A  -   -   -   -',
    rule: COMPLETE,
    other: { 'clinical-support': SUPPORT, lcsw: SOCIAL },
  },
  {
    what: 'triage a risk',
    code: 'coord-risk-triage',
    status: ['in-progress', 'completed'],
    cells: '         -   -    -   -   -    -  C   A  A    A  A  A  -   -   -   -',
    rule: COMPLETE,
    other: { 'clinical-support': SUPPORT },
  },
  {
    what: 'reconcile medicines',
    code: 'coord-med-reconciliation',
    status: ['in-progress', 'completed'],
    cells: '         -   -    -   -   -    -  C   A  -    A  A  A  -   -   -   -',
    rule: COMPLETE,
    other: {
      'clinical-support': 'social-worker-cannot-reconcile-medicines',
      lcsw: 'social-worker-cannot-reconcile-medicines',
    },
  },
  {
    what: 'assign coordination',
    code: 'coord-referral',
    status: ['requested', 'requested'],
    change: { owner: { reference: 'PractitionerRole/nurse' } },
    cells: '         -   -    -   -   -    A  A   A  A    A  A  A  A   -   -   -',
    rule: 'navigator-cannot-assign-coordination',
  },
  {
    what: 'send coordination',
    code: 'coord-referral',
    status: ['draft', 'requested'],
    cells: '         -   -    -   -   -    A  A   A  A    A  A  A  A   A   -   -',
    rule: CREATE,
  },
  {
    what: 'cancel coordination',
    code: 'coord-referral',
    status: ['requested', 'cancelled'],
    cells: '         -   -    -   -   -    A  A   A  A    A  A  A  A   -   -   -',
    rule: 'navigator-cannot-move-coordination',
  },
  {
    what: 'turn coordination into navigation',
    code: 'coord-referral',
    status: ['requested', 'requested'],
    change: { code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'nav-schedule' }] } },
    cells: '         -   -    -   -   -    A  A   A  A    A  A  A  A   A   -   -',
    rule: CREATE,
  },
  {
    what: 'close the loop',
    code: 'loop-closure',
    status: ['in-progress', 'completed'],
    cells: '         -   -    -   -   -    -  -   A  A    A  A  -  -   -   -   -',
    rule: 'only-clinicians-close-loop',
  },
  {
    what: 'accept a hand-off',
    code: 'handoff',
    status: ['requested', 'accepted'],
    cells: '         -   -    -   -   -    -  -   A  A    A  A  -  -   -   -   -',
    rule: 'navigator-cannot-accept-handoff',
  },
  {
    what: 'accept a hand-back',
    code: 'hand-back',
    status: ['requested', 'accepted'],
    cells: '         A   A    -   A   -    -  -   -  -    -  -  -  -   -   -   -',
    rule: 'only-navigators-take-back',
  },
  {
    what: 'complete an escalation',
    code: 'nav-escalate-clinical',
    status: ['in-progress', 'completed'],
    cells: '         -   -    -   -   -    -  A   A  A    A  A  A  -   -   -   -',
    rule: 'non-clinical-cannot-complete-escalation',
  },
  {
    what: 'reopen finished work',
    code: 'nav-schedule',
    status: ['completed', 'in-progress'],
    cells: '         -   -    -   -   -    -  -   -  -    -  -  -  A   -   -   -',
    rule: 'only-supervisor-reopens',
  },
];

const SIGNED = [
  { url: `${CB}/StructureDefinition/co-signed-by`, valueReference: { reference: 'PractitionerRole/nurse' } },
];
const as = (role: string): Access => ({
  subject: 'somebody',
  role,
  fhirUser: `PractitionerRole/${role}`,
  scopes: [],
  policy: 'unlimited',
});

/** The name of the rule that refuses; undefined when nothing does. */
function refusedBy({ code, status, change }: Operation, role: string, signed: boolean): string | undefined {
  const base: Task = {
    resourceType: 'Task',
    status: status[0]!,
    intent: 'order',
    code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code }] },
    ...(signed && { extension: SIGNED }),
  };
  const [first, last] =
    status.length > 1 ? [base, { ...base, status: status[1]!, ...change }] : [undefined, base];
  try {
    checkScopeOfPractice(practice, first, last, as(role));
  } catch (error) {
    if (error instanceof FhirError && error.status === 403)
      return error.issues[0]!.details!.coding![0]!.code!;
    throw error;
  }
  return undefined;
}

for (const operation of MATRIX) {
  t.test(`${operation.what}: each role may, needs a co-signature, or is refused by its rule`, async (t) => {
    const cells = operation.cells.trim().split(/\s+/);
    t.equal(cells.length, ROLES.length, 'a cell for each role');
    for (const [n, role] of ROLES.entries()) {
      const rule = operation.other?.[role] ?? operation.rule;
      const wanted = { A: undefined, C: rule, '-': rule }[cells[n]!];
      t.equal(refusedBy(operation, role, false), wanted, role);
      if (operation.status[1] !== 'completed') continue;
      t.equal(refusedBy(operation, role, true), cells[n] === '-' ? rule : undefined, `${role}, co-signed`);
    }
  });
}

/** Whose a task may be: a cell for each role. */
const OWNERS: readonly (readonly [code: string, cells: string])[] = [
  //                               nav bnav sch chw peer ma lpn rn lcsw np md ph sup pay qua pat
  ['nav-find-provider', '          A   A    -   A   -    A  A   A  A    A  A  A  A   -   -   A'],
  ['nav-schedule', '               A   A    A   A   -    A  A   A  A    A  A  A  A   -   -   A'],
  ['nav-accompany', '              A   A    -   A   A    A  A   A  A    A  A  A  A   -   -   A'],
  ['nav-escalate-clinical', '      -   -    -   -   -    -  A   A  A    A  A  A  -   -   -   -'],
  ['coord-referral', '             -   -    -   -   -    A  A   A  A    A  A  A  -   -   -   -'],
  ['coord-lab', '                  -   -    -   -   -    A  A   A  -    A  A  A  -   -   -   -'],
  ['coord-risk-triage', '          -   -    -   -   -    -  A   A  A    A  A  A  -   -   -   -'],
  ['hand-back', '                  A   A    -   A   -    -  -   -  -    -  -  -  -   -   -   -'],
  ['handoff', '                    -   -    -   -   -    -  -   A  A    A  A  -  -   -   -   -'],
  ['loop-closure', '               -   -    -   -   -    -  -   A  A    A  A  -  -   -   -   -'],
];

t.test('a task can be given to those whose practice covers it', async (t) => {
  for (const [code, cells] of OWNERS) {
    for (const [n, role] of ROLES.entries()) {
      const may = practice.about(code, 'owned').every((rule) => answerOf(rule, role) === 'may');
      t.equal(may, cells.trim().split(/\s+/)[n] === 'A', `${code} ${role}`);
    }
  }
});

t.test('every rule is shown at work above, or in the tests of owners', async (t) => {
  const shown = MATRIX.flatMap(({ rule, other = {} }) => [rule, ...Object.values(other)]);
  const owned = practice.rules.filter(({ moves }) => moves.size === 1 && moves.has('owned'));
  t.same(
    new Set([...shown, ...owned.map(({ rule }) => rule)]),
    new Set(practice.rules.map(({ rule }) => rule)),
  );
});

t.test('a role that nobody knows may do nothing with a task of ours, and anything with others', async (t) => {
  for (const operation of MATRIX) t.ok(refusedBy(operation, 'astronaut', false), operation.what);
  const theirs: Task = {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: { text: 'Theirs' },
  };
  checkScopeOfPractice(practice, theirs, { ...theirs, status: 'completed' }, as('astronaut'));
});

const coordination = (more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  status: 'in-progress',
  intent: 'order',
  code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'coord-referral' }] },
  ...more,
});
const signature = (who: string) => [
  { url: `${CB}/StructureDefinition/co-signed-by`, valueReference: { reference: `PractitionerRole/${who}` } },
];
const failureOf = (before: Task | undefined, after: Task, role: string): FhirError | undefined => {
  try {
    checkScopeOfPractice(practice, before, after, as(role));
  } catch (error) {
    return error as FhirError;
  }
  return undefined;
};

t.test('a co-signature is set by the clinician whom it names, who may do the work alone', async (t) => {
  const task = coordination();
  t.equal(failureOf(task, coordination({ extension: signature('rn') }), 'rn'), undefined);
  for (const [role, who] of [
    ['lpn', 'rn'],
    ['lpn', 'lpn'],
    ['clinical-support', 'clinical-support'],
    ['rn', 'physician'],
    ['supervisor', 'supervisor'],
  ] as const) {
    const refused = failureOf(task, coordination({ extension: signature(who) }), role);
    t.equal(refused?.status, 403, `${role} signs as ${who}`);
    t.match(refused?.issues[0]?.details, { coding: [{ code: 'own-co-signature' }] });
  }
  const signedAndDone = coordination({ extension: signature('lpn'), status: 'completed' });
  t.match(failureOf(task, signedAndDone, 'lpn')?.issues[0]?.details, { coding: [{ code: COMPLETE }] });
});

t.test('a co-signature does not stand for a task that becomes another, or is taken up again', async (t) => {
  const signed = coordination({ extension: signature('rn') });
  const other = coordination({
    extension: signature('rn'),
    code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'coord-lab' }] },
  });
  t.equal(failureOf(signed, other, 'rn')?.status, 409);
  const { extension: _gone, ...unsigned } = other;
  t.equal(failureOf(signed, unsigned, 'rn'), undefined);
  const done = coordination({ extension: signature('rn'), status: 'completed' });
  const again = coordination({ extension: signature('rn'), statusReason: { text: 'Wrong person' } });
  t.match(failureOf(done, again, 'supervisor'), {
    status: 409,
    issues: [{ details: { coding: [{ code: 'own-co-signature' }] } }],
  });
});

t.test('a pressing topic is taken away by a clinician only', async (t) => {
  const question = (topic?: string): Task => ({
    ...coordination({
      code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'nav-inbound-query' }] },
    }),
    ...(topic && {
      input: [
        {
          type: { coding: [{ system: `${CB}/CodeSystem/cn-task-parameter`, code: 'query-topic' }] },
          valueCodeableConcept: { coding: [{ system: `${CB}/CodeSystem/cn-query-topic`, code: topic }] },
        },
      ],
    }),
  });
  const rule = { coding: [{ code: 'non-clinical-cannot-complete-escalation' }] };
  t.match(failureOf(question('symptom'), question('bill'), 'navigator')?.issues[0]?.details, rule);
  t.match(failureOf(question('crisis'), question(), 'navigator')?.issues[0]?.details, rule);
  t.equal(failureOf(question('symptom'), question('crisis'), 'navigator'), undefined);
  t.equal(failureOf(question('symptom'), question(), 'rn'), undefined);
});
