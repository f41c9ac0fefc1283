// Who may do what: every role and kind of client, every operation of the matrix, each cell by HTTP, the refused ones too.
// The roles are written out here a second time, from the matrix and not from the policies. https://hl7.org/fhir/R4/security.html
import type {
  Basic,
  CodeableConcept,
  Consent,
  Observation,
  Organization,
  Patient,
  Resource,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import type { Answer } from '../helpers/server.ts';
import { ANA, type Caller, CB, ROLES, startPractice } from './practice.ts';

const { callers, put, like } = await startPractice(t);
const CATEGORY = `${CB}/CodeSystem/cn-category`;
const now = new Date().toISOString();

const NAVIGATORS = ['navigator', 'benefits-navigator'];
const SUPPORT = ['clinical-support', 'lpn'];
const PRESCRIBERS = ['np-pa', 'physician'];
const INDEPENDENT = ['rn', 'lcsw', ...PRESCRIBERS];
const CLINICAL = [...SUPPORT, ...INDEPENDENT, 'pharmacist'];
const QUALITY = ['quality-analyst', 'quality-system'];
const SYSTEMS = ['payer-system', 'quality-system', 'ehr-system'];
const PEOPLE = ROLES.filter((role) => !SYSTEMS.includes(role));
const STAFF = PEOPLE.filter((role) => role !== 'patient' && role !== 'natural-support');
const without = (roles: readonly string[], ...left: string[]) => roles.filter((role) => !left.includes(role));

interface Operation {
  name: string;
  ask: (caller: Caller) => Promise<Answer>;
  may: readonly string[];
  /** Roles that are not refused, and see nothing of it. */
  hidden?: readonly string[];
  /** Refusals that name another rule than that the whole type is out of scope. */
  refusals?: Readonly<Record<string, string>>;
}
const OUT = 'scope-of-practice';
const all = (roles: readonly string[], rule: string) => Object.fromEntries(roles.map((role) => [role, rule]));

const read = (path: string) => (caller: Caller) => caller.ask('GET', path);
const create = (make: (caller: Caller) => Resource) => (caller: Caller) => {
  const resource = make(caller);
  return caller.ask('POST', `/${resource.resourceType}`, resource);
};

const concept = (system: string, code: string): CodeableConcept => ({ coding: [{ system, code }] });
const observation = (more: Partial<Observation>): Observation => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'Mood' },
  subject: ANA,
  ...more,
});
const minutes = (performer: string): Observation => ({
  ...observation({ category: [concept(CATEGORY, 'cn-activity')] }),
  code: concept(`${CB}/CodeSystem/cn-activity-type`, 'support'),
  effectivePeriod: { start: '2026-03-02T15:00:00Z', end: '2026-03-02T15:20:00Z' },
  performer: [{ reference: performer }],
  valueQuantity: { value: 20, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
});
const order = (more: Partial<ServiceRequest>): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  code: { text: 'Visit of a service' },
  subject: ANA,
  requester: { reference: 'PractitionerRole/physician' },
  authoredOn: now,
  ...more,
});
const NAVIGATION = concept(`${CB}/CodeSystem/cn-service`, 'navigation-service');
const consent = (status: Consent['status']): Consent => ({
  resourceType: 'Consent',
  status,
  scope: concept('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
  category: [concept('http://loinc.org', '59284-0')],
  patient: ANA,
  dateTime: now,
  organization: [{ reference: 'Organization/larkfield-care' }],
  sourceReference: { reference: 'DocumentReference/ana-consent-form' },
  policyRule: { text: 'Local policy' },
});

const navigation = await like<Task>('Task', 'ana-reminder-cardiology');
const coordination = await like<Task>('Task', 'ana-result-review');
const handoff = await like<Task>('Task', 'ana-handoff');
const taskOf = (base: Task, code: string, more: Partial<Task> = {}): Task => {
  const { identifier: _identifier, owner: _owner, focus: _focus, input: _input, ...rest } = base;
  return { ...rest, status: 'requested', code: concept(`${CB}/CodeSystem/cn-task-code`, code), ...more };
};
const NURSE = { reference: 'PractitionerRole/nurse' };
const REPORT = { reference: 'DocumentReference/ana-handoff-summary' };
const output = (code: string, value: object) => ({
  type: concept(`${CB}/CodeSystem/cn-task-parameter`, code),
  ...value,
});
const ended = { start: navigation.authoredOn!, end: now };
const completed: Partial<Task> = {
  status: 'completed',
  executionPeriod: ended,
  output: [output('outcome', { valueCodeableConcept: { text: 'Done' } })],
};
let count = 0;

/** A write on a resource of its own for each caller, which the server stores first. */
const change =
  <T extends Resource>(before: T, after: Partial<T>) =>
  async ({ ask }: Caller): Promise<Answer> => {
    const id = `matrix-${++count}`;
    await put({ ...before, id });
    return ask('PUT', `/${before.resourceType}/${id}`, { ...before, ...after, id });
  };
const remove =
  (before: Resource) =>
  async ({ ask }: Caller): Promise<Answer> => {
    const id = `matrix-${++count}`;
    await put({ ...before, id });
    return ask('DELETE', `/${before.resourceType}/${id}`);
  };

const stored: Resource[] = [
  { resourceType: 'Patient', id: 'outsider', name: [{ family: 'Outsider' }] } as Patient,
  { ...observation({ code: { text: 'Laboratory result' } }), id: 'matrix-result' },
  {
    resourceType: 'MedicationRequest',
    id: 'matrix-medicine',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { text: 'A medicine' },
    subject: ANA,
  },
  {
    resourceType: 'AuditEvent',
    id: 'matrix-trail',
    type: { code: 'rest' },
    recorded: now,
    agent: [{ requestor: true }],
    source: { observer: { display: 'Matrix' } },
  },
  {
    resourceType: 'Claim',
    id: 'matrix-claim',
    status: 'active',
    type: { text: 'Professional' },
    use: 'claim',
    patient: ANA,
    created: now,
    provider: { reference: 'Organization/larkfield-care' },
    priority: { text: 'Normal' },
    insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/ana-reyes-plan-a' } }],
  },
  {
    resourceType: 'MeasureReport',
    id: 'matrix-report',
    status: 'complete',
    type: 'individual',
    measure: 'https://measures.example/Measure/one',
    subject: ANA,
    period: { start: now },
  },
  {
    ...observation({
      category: [concept('http://terminology.hl7.org/CodeSystem/observation-category', 'social-history')],
    }),
    id: 'matrix-labelled',
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'MH' }] },
  },
];
for (const resource of stored) await put(resource);

const WORKERS = [...NAVIGATORS, 'chw', ...CLINICAL, 'supervisor', 'ehr-system'];
const LOGGERS = [...NAVIGATORS, 'scheduler', 'chw', 'peer', ...CLINICAL];
const CARE_READERS = [...NAVIGATORS, 'chw', ...CLINICAL, 'supervisor'];
const NARROW = { scheduler: 'scheduling-tasks', peer: 'accompany' };
const NARROW_PRACTICE = { scheduler: 'scheduler-only-schedules', peer: 'peer-only-accompanies' };
const OWN_ORDER = { patient: 'ask-for-navigation' };
const FINDING = { ...all(SUPPORT, 'record-findings'), ...all(['pharmacist'], 'log-time') };
const NO_FINDING = {
  ...all([...NAVIGATORS, 'scheduler', 'chw', 'peer'], 'log-time'),
  supervisor: 'correct-time',
};

const READING: Operation[] = [
  {
    name: 'read the demographics of a patient',
    ask: read('/Patient/ana-reyes'),
    may: without(ROLES, 'programme-admin', 'auditor'),
  },
  {
    name: 'read the demographics of a patient of somebody else',
    ask: read('/Patient/outsider'),
    may: [...NAVIGATORS, 'scheduler', ...CLINICAL, 'supervisor', 'quality-analyst', 'ehr-system'],
    hidden: ['chw', 'peer', 'patient', 'natural-support', 'payer-system', 'quality-system'],
  },
  {
    name: 'read coverage',
    ask: read('/Coverage/ana-reyes-plan-a'),
    may: without(ROLES, 'programme-admin', 'auditor', 'natural-support'),
  },
  {
    name: 'read a problem of the problem list',
    ask: read('/Condition/ana-diabetes'),
    may: [...CARE_READERS, 'peer', 'patient', ...QUALITY, 'ehr-system'],
  },
  {
    name: 'read a laboratory result',
    ask: read('/Observation/matrix-result'),
    may: [...CLINICAL, 'supervisor', 'patient', ...QUALITY, 'ehr-system'],
    hidden: [...NAVIGATORS, 'scheduler', 'chw', 'peer'],
  },
  {
    name: 'read a medicine',
    ask: read('/MedicationRequest/matrix-medicine'),
    may: [...CLINICAL, 'supervisor', 'patient', ...QUALITY, 'ehr-system'],
  },
  {
    name: 'read a document',
    ask: read('/DocumentReference/ana-consent-form'),
    may: [...CARE_READERS, 'patient', 'quality-system', 'ehr-system'],
  },
  {
    name: 'read an order',
    ask: read('/ServiceRequest/ana-hba1c-order'),
    may: [...CARE_READERS, 'patient', 'payer-system', ...QUALITY, 'ehr-system'],
  },
  {
    name: 'read a coordination task',
    ask: read('/Task/ana-followup-call'),
    may: [...CARE_READERS, 'peer', 'patient', 'payer-system', ...QUALITY, 'ehr-system'],
    hidden: ['scheduler', 'natural-support'],
  },
  {
    name: 'read a labelled record without a consent',
    ask: read('/Observation/matrix-labelled'),
    may: ['patient'],
    hidden: [
      ...[...NAVIGATORS, 'scheduler', 'chw', 'peer', ...CLINICAL, 'supervisor'],
      ...[...QUALITY, 'ehr-system'],
    ],
  },
  { name: 'read the audit trail', ask: read('/AuditEvent/matrix-trail'), may: ['auditor'] },
  {
    name: 'read provenance',
    ask: read('/Provenance/ana-mri-decision-provenance'),
    may: ['lpn', ...INDEPENDENT, 'pharmacist', 'supervisor', 'auditor'],
  },
  {
    name: 'read a claim',
    ask: read('/Claim/matrix-claim'),
    may: [...NAVIGATORS, 'supervisor', 'patient', 'payer-system', ...QUALITY],
  },
  {
    name: 'read a measure report',
    ask: read('/MeasureReport/matrix-report'),
    may: ['supervisor', ...QUALITY],
  },
  {
    name: 'read a group',
    ask: read('/Group/larkfield-panel'),
    may: [...NAVIGATORS, ...CLINICAL, 'supervisor', 'programme-admin', ...QUALITY],
  },
  { name: 'read the directory', ask: read('/Organization/larkfield-care'), may: ROLES },
  { name: 'search definitions', ask: read('/PlanDefinition?_count=1'), may: ROLES },
  {
    name: 'read a policy',
    ask: read('/Basic/policy-peer'),
    may: STAFF,
    hidden: ['patient', 'natural-support'],
  },
];

const TASKS: Operation[] = [
  {
    name: 'open a navigation task',
    ask: create(() => taskOf(navigation, 'nav-find-provider')),
    may: [...WORKERS, 'payer-system'],
    refusals: NARROW_PRACTICE,
  },
  {
    name: 'open a scheduling task',
    ask: create(() => taskOf(navigation, 'nav-schedule')),
    may: [...WORKERS, 'scheduler', 'payer-system'],
    refusals: NARROW_PRACTICE,
  },
  {
    name: 'open a task of going along',
    ask: create(() => taskOf(navigation, 'nav-accompany')),
    may: [...WORKERS, 'peer', 'payer-system'],
    refusals: NARROW_PRACTICE,
  },
  {
    name: 'open a coordination task',
    ask: create(() => taskOf(coordination, 'coord-lab')),
    may: [...CLINICAL, 'supervisor', 'payer-system', 'ehr-system'],
    refusals: all([...NAVIGATORS, 'chw', 'scheduler', 'peer'], 'navigator-cannot-create-coordination'),
  },
  {
    name: 'complete a coordination task',
    ask: change(
      taskOf(coordination, 'coord-lab', { status: 'in-progress', owner: NURSE }),
      completed as Partial<Task>,
    ),
    may: [...without(CLINICAL, ...SUPPORT, 'lcsw'), 'ehr-system'],
    refusals: {
      ...all([...NAVIGATORS, 'chw', ...SUPPORT, 'supervisor'], 'navigator-cannot-complete-coordination'),
      lcsw: 'social-worker-psychosocial-only',
      ...NARROW,
      'natural-support': 'own-tasks',
    },
  },
  {
    name: 'accept a hand-off',
    ask: change({ ...handoff, status: 'requested' } as Task, { status: 'accepted' }),
    may: [...INDEPENDENT, 'ehr-system'],
    refusals: {
      ...all(
        [...NAVIGATORS, 'chw', ...SUPPORT, 'pharmacist', 'supervisor'],
        'navigator-cannot-accept-handoff',
      ),
      ...NARROW,
      'natural-support': 'own-tasks',
    },
  },
  {
    name: 'close a loop',
    ask: change(
      taskOf(coordination, 'loop-closure', {
        status: 'in-progress',
        code: {
          coding: [
            { system: `${CB}/CodeSystem/cn-task-code`, code: 'loop-closure' },
            { system: 'http://loinc.org', code: '34099-2' },
          ],
        },
        owner: NURSE,
        basedOn: [{ reference: 'ServiceRequest/ana-cardiology-referral' }],
        meta: { profile: [`${CB}/StructureDefinition/cn-loop-closure-task`] },
      }),
      {
        status: 'completed',
        executionPeriod: ended,
        output: [output('consult-note', { valueReference: REPORT })],
      } as Partial<Task>,
    ),
    may: [...INDEPENDENT, 'ehr-system'],
    refusals: {
      ...all([...NAVIGATORS, 'chw', ...SUPPORT, 'pharmacist', 'supervisor'], 'only-clinicians-close-loop'),
      ...NARROW,
      'natural-support': 'own-tasks',
    },
  },
  {
    name: 'delete a task that nobody has begun',
    ask: remove(taskOf(navigation, 'nav-find-provider')),
    may: [...INDEPENDENT, 'supervisor'],
  },
  {
    name: 'delete a task that somebody has begun',
    ask: remove(taskOf(navigation, 'nav-find-provider', { status: 'in-progress', owner: NURSE })),
    may: [],
    refusals: all([...INDEPENDENT, 'supervisor'], 'withdraw-tasks'),
  },
];

const ORDERS: Operation[] = [
  {
    name: 'sign an order',
    ask: create(() => order({})),
    may: [...PRESCRIBERS, 'ehr-system'],
    refusals: {
      rn: 'draft-orders',
      lcsw: 'draft-orders',
      navigator: 'propose-orders',
      'payer-system': 'request-navigation',
      ...OWN_ORDER,
    },
  },
  {
    name: 'draft an order',
    ask: create(() => order({ status: 'draft' })),
    may: [...INDEPENDENT, 'ehr-system'],
    refusals: { navigator: 'propose-orders', 'payer-system': 'request-navigation', ...OWN_ORDER },
  },
  {
    name: 'propose an order',
    ask: create(() => order({ status: 'draft', intent: 'proposal' })),
    may: ['navigator', ...INDEPENDENT, 'ehr-system'],
    refusals: { 'payer-system': 'request-navigation', ...OWN_ORDER },
  },
  {
    name: 'give an order that a standing order covers',
    ask: create(() => order({ instantiatesCanonical: ['https://plans.example/PlanDefinition/standing'] })),
    may: [...INDEPENDENT, 'ehr-system'],
    refusals: { navigator: 'propose-orders', 'payer-system': 'request-navigation', ...OWN_ORDER },
  },
  {
    name: 'ask for navigation',
    ask: create(() =>
      order({ intent: 'proposal', category: [concept(CATEGORY, 'navigation')], code: NAVIGATION }),
    ),
    may: [...PRESCRIBERS, 'patient', 'payer-system', 'ehr-system'],
    refusals: { rn: 'draft-orders', lcsw: 'draft-orders', navigator: 'propose-orders' },
  },
  {
    name: 'ask for imaging under the name of navigation',
    ask: create(() =>
      order({
        category: [
          concept(CATEGORY, 'navigation'),
          concept(CATEGORY, 'imaging'),
          concept('http://snomed.info/sct', '363679005'),
        ],
        code: {
          coding: [...NAVIGATION.coding!, { system: 'http://www.ama-assn.org/go/cpt', code: '73721' }],
        },
        reasonCode: [{ text: 'Pain' }],
        locationReference: [{ reference: 'Location/harbour-lane-centre' }],
      }),
    ),
    may: [...PRESCRIBERS, 'ehr-system'],
    refusals: {
      rn: 'draft-orders',
      lcsw: 'draft-orders',
      navigator: 'propose-orders',
      'payer-system': 'request-navigation',
      ...OWN_ORDER,
    },
  },
  {
    name: 'prescribe',
    ask: create(() => ({
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: { text: 'A medicine' },
      subject: ANA,
    })),
    may: [...PRESCRIBERS, 'ehr-system'],
  },
  {
    name: 'reconcile medicines',
    ask: create(() => ({
      resourceType: 'MedicationStatement',
      status: 'active',
      medicationCodeableConcept: { text: 'A medicine' },
      subject: ANA,
    })),
    may: ['rn', ...PRESCRIBERS, 'pharmacist', 'ehr-system'],
  },
];

const BOOKERS = [
  ...[...NAVIGATORS, 'scheduler', 'chw', 'peer', ...without(CLINICAL, 'pharmacist')],
  ...['supervisor', 'ehr-system'],
];
const visit = (status: 'proposed' | 'booked') =>
  create(() => ({
    resourceType: 'Appointment',
    status,
    ...(status === 'booked' && { start: '2026-06-01T15:00:00Z', end: '2026-06-01T15:30:00Z' }),
    participant: [{ actor: ANA, status: 'accepted' }],
  }));

const RECORD: Operation[] = [
  { name: 'book a visit', ask: visit('booked'), may: BOOKERS, refusals: { patient: 'ask-for-a-visit' } },
  { name: 'ask for a visit', ask: visit('proposed'), may: [...BOOKERS, 'patient'] },
  {
    name: 'register a patient',
    ask: create(() => ({ resourceType: 'Patient', name: [{ family: 'New' }] })),
    may: without(BOOKERS, 'chw', 'peer'),
  },
  {
    name: 'record the answers of a form',
    ask: create(({ self }) => ({
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      subject: ANA,
      ...(self && { author: self as never }),
    })),
    may: [...NAVIGATORS, 'chw', 'peer', ...without(CLINICAL, 'pharmacist'), 'patient'],
    refusals: all(['supervisor', 'programme-admin'], 'assess-readiness'),
  },
  {
    name: 'assess a risk',
    ask: create(() => ({ resourceType: 'ClinicalImpression', status: 'completed', subject: ANA })),
    may: [...INDEPENDENT, 'ehr-system'],
  },
  {
    name: 'record a final finding',
    ask: create(() => observation({})),
    may: [...INDEPENDENT, 'ehr-system'],
    refusals: { ...FINDING, ...NO_FINDING },
  },
  {
    name: 'record a preliminary finding',
    ask: create(() => observation({ status: 'preliminary' })),
    may: [...SUPPORT, ...INDEPENDENT, 'ehr-system'],
    refusals: { ...FINDING, ...NO_FINDING },
  },
  {
    name: 'log own time',
    ask: create(({ self }) =>
      minutes(self?.reference?.replace(/^(Patient|Related).*/, '') || NURSE.reference),
    ),
    may: [...LOGGERS, 'supervisor'],
    refusals: { 'ehr-system': 'write-findings' },
  },
  {
    name: "log somebody else's time",
    ask: create(() => minutes('PractitionerRole/cardiologist')),
    may: ['supervisor'],
    refusals: {
      ...all([...NAVIGATORS, 'scheduler', 'chw', 'peer', 'pharmacist'], 'log-time'),
      ...all(SUPPORT, 'record-findings'),
      ...all([...INDEPENDENT, 'ehr-system'], 'write-findings'),
    },
  },
  {
    name: 'record a barrier',
    ask: create(() => ({
      resourceType: 'Condition',
      clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
      category: [
        concept('http://hl7.org/fhir/us/core/CodeSystem/condition-category', 'health-concern'),
        concept(CATEGORY, 'cn-barrier'),
      ],
      code: concept(`${CB}/CodeSystem/cn-barrier-type`, 'transport'),
      subject: ANA,
    })),
    may: [...NAVIGATORS, 'chw', 'peer', ...SUPPORT, ...INDEPENDENT, 'ehr-system'],
  },
  {
    name: 'record a problem',
    ask: create(() => ({
      resourceType: 'Condition',
      clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
      category: [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
      code: { text: 'A problem' },
      subject: ANA,
    })),
    may: [...INDEPENDENT, 'ehr-system'],
    refusals: all([...NAVIGATORS, 'chw', 'peer', ...SUPPORT], 'record-barriers'),
  },
  {
    name: 'draft a consent',
    ask: create(() => consent('draft')),
    may: ['navigator', 'chw', ...SUPPORT, ...INDEPENDENT],
  },
  {
    name: 'put a consent into force',
    ask: create(() => consent('active')),
    may: INDEPENDENT,
    refusals: all(['navigator', 'chw', ...SUPPORT], 'draft-consents'),
  },
  {
    name: 'log a contact',
    ask: create(({ self }) => ({
      resourceType: 'Communication',
      status: 'completed',
      subject: ANA,
      sent: now,
      ...(self && { sender: self as never }),
    })),
    may: [...NAVIGATORS, 'scheduler', 'chw', 'peer', ...CLINICAL, 'supervisor', 'patient', ...SYSTEMS].filter(
      (role) => role !== 'quality-system',
    ),
  },
  {
    name: 'keep a plan',
    ask: create(() => ({ resourceType: 'CarePlan', status: 'active', intent: 'plan', subject: ANA })),
    may: ['navigator', 'chw', ...without(CLINICAL, 'pharmacist'), 'supervisor', 'ehr-system'],
  },
];

const policyOfPeer = await like<Basic>('Basic', 'policy-peer');
const state = (subject: Basic['subject']) =>
  create(() => ({
    resourceType: 'Basic',
    code: concept('https://app.example/state', 'columns'),
    ...(subject && { subject }),
  }));

const SETTINGS: Operation[] = [
  {
    name: 'change the directory',
    ask: change<Organization>(
      { resourceType: 'Organization', name: 'Matrix', active: true },
      { active: false },
    ),
    may: ['programme-admin', 'ehr-system'],
  },
  {
    name: 'write a definition',
    ask: create(() => ({ resourceType: 'ValueSet', status: 'draft' })),
    may: ['programme-admin'],
  },
  {
    name: 'change a policy',
    ask: ({ ask }) => ask('PUT', '/Basic/policy-peer', { ...policyOfPeer, id: 'policy-peer' }),
    may: ['programme-admin'],
    refusals: all(without(PEOPLE, 'programme-admin'), 'own-app-state'),
  },
  {
    name: 'keep the state of an own app',
    ask: (caller) => state(caller.self)(caller),
    may: PEOPLE,
  },
  {
    name: 'keep the state of the app of somebody else',
    ask: state({ reference: 'PractitionerRole/cardiologist' }),
    may: [],
    refusals: all(PEOPLE, 'own-app-state'),
  },
  {
    name: 'write the audit trail',
    ask: (caller) => caller.ask('POST', '/AuditEvent', { resourceType: 'AuditEvent' }),
    may: [],
  },
  {
    name: 'write provenance',
    ask: (caller) => caller.ask('POST', '/Provenance', { resourceType: 'Provenance' }),
    may: [],
  },
];

type Outcome = { kind: 'may' | 'hidden' } | { kind: 'refused'; rule: string };

function expected({ may, hidden = [], refusals = {} }: Operation, role: string): Outcome {
  if (may.includes(role)) return { kind: 'may' };
  return hidden.includes(role) ? { kind: 'hidden' } : { kind: 'refused', rule: refusals[role] ?? OUT };
}

function found({ status, body }: Answer): Outcome | string {
  const [issue] = body?.issue ?? [];
  if (status === 404) return { kind: 'hidden' };
  if (status === 403 && issue?.code === 'forbidden' && issue.diagnostics)
    return { kind: 'refused', rule: issue.details?.coding?.[0]?.code };
  return status < 300 ? { kind: 'may' } : `${status} ${JSON.stringify(body)}`;
}

for (const [part, operations] of Object.entries({ READING, TASKS, ORDERS, RECORD, SETTINGS })) {
  for (const operation of operations) {
    t.test(`${part.toLowerCase()}: ${operation.name}`, async (t) => {
      for (const caller of callers)
        t.same(found(await operation.ask(caller)), expected(operation, caller.role), caller.role);
    });
  }
}

t.test(
  'searching: what a policy does not cover is refused as reading it is, and what it covers is found',
  async (t) => {
    const searches: [path: string, may: readonly string[]][] = [
      ['/AuditEvent?_count=1', ['auditor']],
      ['/Claim?patient=Patient/ana-reyes', READING.find(({ name }) => name === 'read a claim')!.may],
      ['/Coverage?patient=Patient/ana-reyes', READING.find(({ name }) => name === 'read coverage')!.may],
    ];
    for (const [path, may] of searches) {
      for (const { role, ask } of callers) {
        const answer = await ask('GET', path);
        const wanted = may.includes(role) ? { kind: 'may' } : { kind: 'refused', rule: OUT };
        t.same(found(answer), wanted, `${path} ${role}`);
        if (may.includes(role)) t.ok(answer.body.entry?.length, `${path} ${role} finds something`);
      }
    }
  },
);
