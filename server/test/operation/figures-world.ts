// The people and records of a clinic whose figures are counted by hand: two people, of whom a peer specialist sees the first.
// https://hl7.org/fhir/R4/task.html
import type { Resource } from '@medplum/fhirtypes';
import { CB } from '../journey/minutes-world.ts';

/** Monday, eleven in the morning in New York. */
export const NOW = '2026-04-06T15:00:00Z';
export const CLINIC = { reference: 'Organization/figure-clinic' };
const FIRST = { reference: 'Patient/figure-first' };
const OTHER = { reference: 'Patient/figure-other' };
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
const ours = (system: string, code: string) => coded(`${CB}/CodeSystem/${system}`, code);
const LABEL = { meta: { security: [{ system: ACT, code: 'SUD' }] } };

interface TaskPlan {
  at: string;
  due?: string;
  stage?: string;
  priority?: string;
  /** When the work began and ended. */
  from?: string;
  until?: string;
  answered?: string;
}

/** A second code, where the kind of work asks for one, of another system. */
const BESIDE: Readonly<Record<string, object>> = {
  'coord-referral': { system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' },
  'loop-closure': { system: 'http://loinc.org', code: '34103-2' },
};
const referralOf = (person: object) => ({
  reference: person === FIRST ? 'ServiceRequest/figure-sr3' : 'ServiceRequest/figure-sr2',
});
/** What the profiles ask of every task, whatever is counted. */
const asked = (status: string, code: string, person: object) => ({
  identifier: [{ system: `${CB}/identifier/task`, value: '1' }],
  groupIdentifier: { system: `${CB}/identifier/episode`, value: '1' },
  requester: { reference: 'PractitionerRole/navigator' },
  owner: { reference: 'PractitionerRole/nurse' },
  performerType: [ours('cn-role', code.startsWith('nav-') ? 'navigator' : 'rn')],
  ...(['coord-referral', 'loop-closure'].includes(code) && {
    focus: referralOf(person),
    basedOn: [referralOf(person)],
  }),
  ...(['on-hold', 'rejected'].includes(status) && { statusReason: { text: 'Later' } }),
  ...(/^hand/.test(code) && {
    input: [
      {
        type: ours('cn-task-parameter', 'handoff-summary'),
        valueReference: { reference: 'DocumentReference/ana-consent-form' },
      },
    ],
  }),
  ...(status === 'completed' && { output: [{ type: { text: 'Done' }, valueString: 'Yes' }] }),
});

function task(id: string, person: object, status: string, code: string, plan: TaskPlan): object {
  const { at, due, stage, priority = 'routine', from, until, answered } = plan;
  const family = { system: `${CB}/CodeSystem/cn-task-code`, code };
  return {
    resourceType: 'Task',
    id: `figure-${id}`,
    ...asked(status, code, person),
    status,
    intent: 'order',
    priority,
    code: { coding: [...(BESIDE[code] ? [BESIDE[code]] : []), family] },
    ...(answered && {
      extension: [{ url: `${CB}/StructureDefinition/first-response`, valueDateTime: answered }],
    }),
    ...(stage && { businessStatus: ours('cn-referral-stage', stage) }),
    for: person,
    authoredOn: at,
    ...((from || until) && {
      executionPeriod: { ...(from && { start: from }), ...(until && { end: until }) },
    }),
    ...(due && { restriction: { period: { end: due } } }),
  };
}

const OPEN = [
  task('1', FIRST, 'requested', 'nav-schedule', { at: '2026-04-05T15:00:00Z', due: '2026-04-06T14:00:00Z' }),
  task('2', FIRST, 'in-progress', 'coord-referral', {
    at: '2026-04-02',
    due: '2026-04-06',
    stage: 'scheduled',
  }),
  task('3', OTHER, 'requested', 'nav-inbound-query', {
    at: '2026-04-06T14:50:00Z',
    due: '2026-04-06T21:00:00Z',
  }),
  task('4', OTHER, 'requested', 'handoff', { at: '2026-03-25T15:00:00Z', due: '2026-03-26T21:00:00Z' }),
  task('5', FIRST, 'on-hold', 'coord-referral', {
    at: '2026-03-10T12:00:00Z',
    due: '2026-04-20T21:00:00Z',
    stage: 'sent',
  }),
  task('6', OTHER, 'ready', 'loop-closure', { at: '2026-02-01T12:00:00Z' }),
  task('7', FIRST, 'draft', 'nav-reminder', { at: '2026-04-04T12:00:00Z', due: '2026-04-05T21:00:00Z' }),
  { ...task('8', FIRST, 'accepted', 'nav-accompany', { at: '2026-04-04T12:00:00Z' }), ...LABEL },
  task('17', OTHER, 'in-progress', 'nav-inbound-query', {
    at: '2026-03-31T15:00:00Z',
    answered: '2026-03-31T15:20:00Z',
  }),
  task('20', OTHER, 'in-progress', 'coord-referral', { at: '2026-03-05T12:00:00Z', stage: 'no-show' }),
  task('23', OTHER, 'ready', 'coord-referral', { at: '2026-03-06T12:00:00Z' }),
];

const ENDED = [
  task('9', FIRST, 'completed', 'coord-transition-contact', {
    at: '2026-03-30T15:00:00Z',
    due: '2026-04-01T20:00:00.000Z',
    until: '2026-04-01T20:00:00Z',
    priority: 'urgent',
  }),
  task('10', OTHER, 'completed', 'coord-transition-contact', {
    at: '2026-03-30T15:00:00Z',
    due: '2026-04-01T20:00:00.000Z',
    until: '2026-04-01T20:00:01Z',
    priority: 'stat',
  }),
  task('11', FIRST, 'completed', 'coord-transition-visit', {
    at: '2026-03-10T15:00:00Z',
    due: '2026-03-21',
    until: '2026-03-21T20:59:00Z',
  }),
  task('12', OTHER, 'completed', 'coord-transition-visit', {
    at: '2025-11-20T15:00:00Z',
    due: '2025-12-01T20:00:00Z',
    until: '2025-12-02T20:00:00Z',
  }),
  task('24', OTHER, 'completed', 'coord-transition-visit', {
    at: '2026-03-10T15:00:00Z',
    due: '2026-03-21',
    until: '2026-03-21T21:01:00Z',
  }),
  task('13', FIRST, 'completed', 'handoff', {
    at: '2026-04-01T12:00:00Z',
    due: '2026-04-01T16:00:00Z',
    from: '2026-04-01T15:00:00Z',
    until: '2026-04-03T15:00:00Z',
  }),
  task('14', OTHER, 'completed', 'hand-back', {
    at: '2026-04-01T12:00:00Z',
    due: '2026-04-02T17:00:00Z',
    from: '2026-04-02T18:00:00Z',
    until: '2026-04-02T18:30:00Z',
  }),
  task('15', FIRST, 'completed', 'nav-inbound-query', {
    at: '2026-03-30T15:00:00Z',
    due: '2026-03-30T21:00:00Z',
    until: '2026-03-30T15:10:00Z',
    answered: '2026-03-30T15:04:00Z',
  }),
  // Asked on a Saturday, and answered on Monday three minutes after the house opened.
  task('16', OTHER, 'completed', 'nav-inbound-query', {
    at: '2026-03-28T15:00:00Z',
    until: '2026-03-30T13:30:00Z',
    answered: '2026-03-30T13:03:00Z',
  }),
  task('18', FIRST, 'completed', 'coord-referral', {
    at: '2026-02-10T12:00:00Z',
    due: '2026-03-20T20:00:00Z',
    until: '2026-03-15T12:00:00Z',
    stage: 'patient-informed',
  }),
  task('19', OTHER, 'rejected', 'coord-referral', { at: '2026-03-01T12:00:00Z', stage: 'declined' }),
  task('21', FIRST, 'entered-in-error', 'coord-referral', { at: '2026-03-05T12:00:00Z', stage: 'accepted' }),
  task('22', FIRST, 'completed', 'coord-referral', {
    at: '2025-11-01T12:00:00Z',
    until: '2025-12-20T12:00:00Z',
    stage: 'patient-informed',
  }),
];

const CONDITION = 'http://terminology.hl7.org/CodeSystem';
const HEALTH_CONCERN = 'http://hl7.org/fhir/us/core/CodeSystem/condition-category';
const barrier = (id: string, person: object, code: object, status: string, more: object = {}) => ({
  resourceType: 'Condition',
  id: `figure-${id}`,
  clinicalStatus: coded(`${CONDITION}/condition-clinical`, status),
  category: [coded(HEALTH_CONCERN, 'health-concern'), ours('cn-category', 'cn-barrier')],
  code,
  subject: person,
  ...more,
});
const type = (code: string) => ours('cn-barrier-type', code);
const BARRIERS = [
  barrier('b1', FIRST, type('transport'), 'active'),
  barrier('b2', OTHER, type('transport'), 'active'),
  barrier('b3', FIRST, type('cost'), 'resolved', { abatementDateTime: '2026-03-15' }),
  barrier('b4', OTHER, type('cost'), 'resolved', { abatementDateTime: '2025-10-01' }),
  barrier('b5', FIRST, type('language'), 'active', {
    verificationStatus: coded(`${CONDITION}/condition-ver-status`, 'refuted'),
  }),
  barrier('b6', OTHER, type('paperwork'), 'recurrence'),
];

const order = (id: string, person: object, category: string) => ({
  resourceType: 'ServiceRequest',
  id: `figure-${id}`,
  status: 'active',
  intent: 'order',
  category: [
    ours('cn-category', category),
    ...(category === 'imaging' ? [coded('http://snomed.info/sct', '363679005')] : []),
  ],
  code: { text: 'Order' },
  subject: person,
  requester: { reference: 'PractitionerRole/physician' },
  authoredOn: '2026-01-15T12:00:00Z',
  reasonCode: [{ text: 'Why' }],
});
const money = (name: string, value: number) => ({
  code: ours('cn-observation', name),
  valueQuantity: { value, unit: 'USD', system: 'urn:iso:std:iso:4217', code: 'USD' },
});
const observed = (id: string, person: object, code: string, based: string, more: object) => ({
  resourceType: 'Observation',
  id: `figure-${id}`,
  status: 'final',
  code: ours('cn-observation', code),
  subject: person,
  basedOn: [{ reference: based }],
  effectiveDateTime: '2026-03-12T15:00:00Z',
  performer: [CLINIC],
  ...more,
});
const decision = (id: string, person: object, based: string, tier: string, component: object[], more = {}) =>
  observed(id, person, 'network-decision', based, {
    valueCodeableConcept: ours('cn-network-tier', tier),
    ...(component.length && { component }),
    ...more,
  });
const DISTANCE = {
  code: ours('cn-observation', 'reason-off-network'),
  valueCodeableConcept: ours('cn-off-network-reason', 'distance'),
};
const ORDERS = [
  order('sr1', FIRST, 'imaging'),
  order('sr2', OTHER, 'referral'),
  order('sr3', FIRST, 'referral'),
  {
    resourceType: 'DeviceRequest',
    id: 'figure-dr',
    status: 'active',
    intent: 'order',
    codeCodeableConcept: {
      coding: [
        { system: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', code: 'A4253' },
        { system: `${CB}/CodeSystem/cn-category`, code: 'equipment' },
      ],
    },
    reasonCode: [{ text: 'Why' }],
    subject: FIRST,
    requester: { reference: 'PractitionerRole/physician' },
    authoredOn: '2026-01-15T12:00:00Z',
  },
];
const NETWORK = [
  decision('o1', FIRST, 'ServiceRequest/figure-sr1', 'direct-contract', [money('estimated-saving', 100.1)]),
  decision('o2', OTHER, 'ServiceRequest/figure-sr2', 'out-of-network', [
    DISTANCE,
    money('estimated-saving', -20.05),
  ]),
  decision('o3', FIRST, 'DeviceRequest/figure-dr', 'in-network', []),
  decision('o4', FIRST, 'ServiceRequest/figure-sr1', 'preferred', [money('estimated-saving', 7)], {
    status: 'entered-in-error',
  }),
  decision('o5', FIRST, 'ServiceRequest/figure-sr1', 'direct-contract', [money('estimated-saving', 0.2)], {
    effectiveDateTime: '2026-04-06',
  }),
  observed('o6', FIRST, 'adjudicated-saving', 'ServiceRequest/figure-sr1', {
    valueQuantity: money('adjudicated-saving', 80).valueQuantity,
  }),
];

const worked = (id: string, person: object, start: string, end: string, more: object = {}) => ({
  resourceType: 'Observation',
  id: `figure-${id}`,
  status: 'final',
  category: [ours('cn-category', 'cn-activity')],
  code: ours('cn-activity-type', 'support'),
  subject: person,
  effectivePeriod: { start, end },
  performer: [{ reference: 'PractitionerRole/navigator' }],
  valueQuantity: {
    value: Math.floor((Date.parse(end) - Date.parse(start)) / 60_000),
    unit: 'min',
    system: 'http://unitsofmeasure.org',
    code: 'min',
  },
  ...more,
});
const programme = (code: string) => ({
  extension: [{ url: `${CB}/StructureDefinition/programme`, valueCode: code }],
});
const MINUTES = [
  worked('m1', FIRST, '2026-03-02T15:00:00Z', '2026-03-02T15:20:00Z', programme('pin')),
  worked('m2', FIRST, '2026-03-03T15:00:00Z', '2026-03-03T15:30:59.999Z', programme('pin')),
  // Late on the last evening of March in New York.
  worked('m3', OTHER, '2026-04-01T03:30:00Z', '2026-04-01T03:49:59Z', programme('ccm')),
  worked('m4', FIRST, '2026-03-04T15:00:00Z', '2026-03-04T16:00:00Z', { status: 'preliminary' }),
  worked('m5', OTHER, '2026-04-01T15:00:00Z', '2026-04-01T15:07:00Z'),
  worked('m6', FIRST, '2025-12-01T15:00:00Z', '2025-12-01T16:00:00Z', programme('pin')),
];

const enrolled = (id: string, person: object) => ({
  resourceType: 'EpisodeOfCare',
  id: `figure-${id}`,
  status: 'active',
  patient: person,
  managingOrganization: CLINIC,
  period: { start: '2026-01-01' },
});

/** Everything, in an order in which references find what they name. */
export const RECORDS = [
  { resourceType: 'Organization', id: 'figure-clinic', name: 'Clinic' },
  {
    resourceType: 'HealthcareService',
    id: 'figure-calendar',
    active: true,
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: 'America/New_York' }],
    category: [ours('cn-category', 'calendar')],
    providedBy: CLINIC,
  },
  { resourceType: 'Patient', id: 'figure-first', name: [{ text: 'First' }] },
  { resourceType: 'Patient', id: 'figure-other', name: [{ text: 'Other' }] },
  {
    resourceType: 'CareTeam',
    id: 'figure-team',
    status: 'active',
    subject: FIRST,
    participant: [{ member: { reference: 'PractitionerRole/peer' } }],
  },
  ...ORDERS,
  ...OPEN,
  ...ENDED,
  ...BARRIERS,
  ...NETWORK,
  ...MINUTES,
  // Enrolled last: what is there already is followed by nothing.
  enrolled('e1', FIRST),
  enrolled('e2', OTHER),
] as unknown as Resource[];
