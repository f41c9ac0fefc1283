// What the model knows of the rules, written down from the specification of the domain and not from the server's own tables.
// https://hl7.org/fhir/R4/task.html#statemachine

/** Who acts: the users and programs of the demo. */
export const ROLES = [
  ...['navigator', 'scheduler', 'peer', 'nurse', 'social-worker', 'physician', 'supervisor'],
  ...['ehr', 'payer'],
] as const;
export type Role = string;

/** Users, whom a task can belong to. */
export const PEOPLE: readonly Role[] = ROLES.filter((role) => role !== 'ehr' && role !== 'payer');
export const POOL = 'Organization/coordination-pool';
export const referenceOf = (role: Role): string =>
  role === 'pool' ? POOL : `PractitionerRole/${role === 'nurse' ? 'nurse' : role}`;

export type Status = string;

/** From each status of a task, those that may follow. */
export const TASK_MOVES: Readonly<Record<Status, readonly Status[]>> = {
  draft: ['requested', 'received', 'ready', 'cancelled', 'on-hold'],
  requested: ['received', 'accepted', 'rejected', 'cancelled', 'on-hold'],
  received: ['accepted', 'rejected', 'cancelled', 'in-progress'],
  accepted: ['in-progress', 'cancelled', 'rejected', 'completed', 'on-hold'],
  ready: ['in-progress', 'cancelled', 'on-hold'],
  'in-progress': ['on-hold', 'completed', 'failed', 'cancelled', 'ready', 'rejected'],
  'on-hold': ['draft', 'requested', 'accepted', 'ready', 'in-progress', 'cancelled'],
  rejected: [],
  cancelled: [],
  completed: ['in-progress'],
  failed: ['in-progress'],
  'entered-in-error': [],
};
export const TASK_STATUSES: readonly Status[] = Object.keys(TASK_MOVES);
export const TASK_STARTS: readonly Status[] = ['draft', 'requested', 'ready'];
export const SUSPENDABLE: readonly Status[] = ['draft', 'requested', 'accepted', 'ready', 'in-progress'];
export const ENDED: readonly Status[] = ['rejected', 'cancelled', 'completed', 'failed', 'entered-in-error'];
/** Statuses that need a statusReason. */
export const NEGATIVE: readonly Status[] = ['rejected', 'cancelled', 'on-hold', 'failed'];
/** Statuses that need an owner. */
export const TAKEN: readonly Status[] = ['accepted', 'in-progress', 'completed'];
/** Statuses in which somebody works, or may begin at once. */
export const ACTIVE: readonly Status[] = ['accepted', 'ready', 'in-progress'];

/** The codes of tasks that are driven, and who can execute each of them besides those who do all work of its family. */
export const SCHEDULING: readonly string[] = ['nav-schedule', 'nav-reminder', 'nav-no-show-recovery'];
const NAVIGATION = ['nav-benefits-question', 'nav-records-request', 'nav-accompany', 'nav-escalate-clinical'];
const PSYCHOSOCIAL = ['coord-education', 'coord-case-conference', 'coord-post-visit-followup'];
const MEDICAL = ['coord-med-reconciliation', 'coord-metabolic-monitoring'];
export const CODES: readonly string[] = [
  ...SCHEDULING.slice(0, 2),
  ...NAVIGATION,
  ...PSYCHOSOCIAL,
  ...MEDICAL,
];
export const ESCALATION = 'nav-escalate-clinical';
export const CANCELLATION = 'cancellation';
const CLINICIANS: readonly Role[] = ['nurse', 'social-worker', 'physician'];
/** A program without a user is held by its scopes alone. */
const isProgram = (role: Role): boolean => role === 'ehr';
const isCoordination = (code: string): boolean => code.startsWith('coord-');

/** Whether the policy of a role lets it write tasks of a code at all. */
export function reaches(role: Role, code: string): boolean {
  if (role === 'payer') return false;
  if (role === 'scheduler') return SCHEDULING.includes(code);
  return role !== 'peer' || code === 'nav-accompany';
}
/** Whether a role executes work of a code. */
export function executes(role: Role, code: string): boolean {
  if (isProgram(role) || code === CANCELLATION) return true;
  if (isCoordination(code))
    return role === 'social-worker' ? PSYCHOSOCIAL.includes(code) : CLINICIANS.includes(role);
  return reaches(role, code);
}
/** Whether a role completes work of a code. */
export const completes = (role: Role, code: string): boolean =>
  executes(role, code) && (code !== ESCALATION || isProgram(role) || CLINICIANS.includes(role));
/** Whether a role opens, assigns, suspends, returns or stops work of a code. */
export const directs = (role: Role, code: string): boolean =>
  !isCoordination(code) || isProgram(role) || role === 'supervisor' || CLINICIANS.includes(role);
/** Whether work of a code can belong to somebody. */
export const owns = (role: Role, code: string): boolean =>
  role === 'pool' || (executes(role, code) && (code !== ESCALATION || CLINICIANS.includes(role)));

/** The states of a referral of BSeR and 360X by business status, each with the status of its task. */
export const BSER_STATUS: Readonly<Record<string, Status>> = {
  '2.0': 'received',
  '3.0': 'accepted',
  '4.0': 'rejected',
  '5.1.1': 'in-progress',
  '5.1.2': 'in-progress',
  '5.1.3': 'in-progress',
  '5.1.4': 'in-progress',
  '5.2': 'in-progress',
  '6.0': 'cancelled',
  '7.0': 'completed',
};
/** The transitions, by the business status before; a referral that is drafted has none. */
export const BSER_MOVES: Readonly<Record<string, readonly string[]>> = {
  draft: ['2.0'],
  '2.0': ['3.0', '4.0', '5.2'],
  '3.0': ['4.0', '5.1.1', '5.2', '5.1.4', '7.0'],
  '4.0': [],
  '5.1.1': ['4.0', '5.1.1', '5.1.2', '5.1.3', '5.2', '5.1.4', '7.0'],
  '5.1.2': ['4.0', '5.1.1', '5.1.3', '5.2'],
  '5.1.3': ['5.1.1', '5.2'],
  '5.1.4': ['4.0', '5.1.1', '5.1.3', '5.2', '5.1.4', '7.0'],
  '5.2': ['6.0', '7.0'],
  '6.0': [],
  '7.0': [],
};

/** From each status of a visit, those that may follow. */
export const VISIT_MOVES: Readonly<Record<Status, readonly Status[]>> = {
  proposed: ['pending', 'booked', 'waitlist', 'cancelled', 'entered-in-error'],
  waitlist: ['booked', 'cancelled', 'entered-in-error'],
  pending: ['booked', 'cancelled', 'entered-in-error'],
  booked: ['checked-in', 'arrived', 'cancelled', 'noshow', 'entered-in-error'],
  'checked-in': ['arrived', 'entered-in-error'],
  arrived: ['fulfilled', 'cancelled', 'entered-in-error'],
  fulfilled: ['entered-in-error'],
  noshow: ['entered-in-error'],
  cancelled: ['entered-in-error'],
  'entered-in-error': [],
};
export const VISIT_STATUSES: readonly Status[] = Object.keys(VISIT_MOVES);
export const VISIT_STARTS: readonly Status[] = ['proposed', 'pending', 'waitlist', 'booked'];
/** Statuses in which a visit has its slot. */
export const HOLDING: readonly Status[] = ['pending', 'booked', 'checked-in', 'arrived', 'fulfilled'];

/** From each status of a request or a plan, those that may follow. */
export const REQUEST_MOVES: Readonly<Record<Status, readonly Status[]>> = {
  draft: ['active', 'revoked', 'entered-in-error'],
  active: ['on-hold', 'completed', 'revoked', 'entered-in-error'],
  'on-hold': ['active', 'revoked', 'entered-in-error'],
  revoked: ['entered-in-error'],
  completed: ['entered-in-error'],
  'entered-in-error': [],
};
export const REQUEST_STATUSES: readonly Status[] = Object.keys(REQUEST_MOVES);
export const REQUEST_STARTS: readonly Status[] = ['draft', 'active'];
