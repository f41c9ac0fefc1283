// Who asks and what they may see: one pure value, a required argument of store and search, compiled into every statement.
// Scopes ∩ the policy of the caller's role or client ∩ consent to labelled content; whatever is not granted is refused.
// Scope syntax: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import { confinement } from './compartment.ts';

/** One SMART interaction letter: create, read, update, delete, search. */
export type Letter = 'c' | 'r' | 'u' | 'd' | 's';

/** A parsed clinical scope, `user/Task.rs?code=…`. */
export interface Scope {
  level: 'patient' | 'user' | 'system';
  /** Resource type or `*`. */
  type: string;
  letters: ReadonlySet<Letter>;
  /** Search parameters that a resource has to match, `code=…&status=…`; absent: none. */
  criteria?: string;
}

/** Patients whose charts are meant; whoever is added to or leaves them counts from the next request on. */
export type PatientSet =
  /** One patient, by logical id. */
  | { by: 'patient'; id: string }
  /** Those who are assigned to the user who asks: an active CareTeam, an open Task of theirs, Patient.generalPractitioner. */
  | { by: 'assigned' }
  /** The members of a Group (`Group/…`). */
  | { by: 'group'; group: string }
  /** The beneficiaries of active Coverages of a payor (`Organization/…`). */
  | { by: 'payor'; payor: string };

/** What a resource has to pass. */
export type Test =
  /** It lies in the compartment of a patient of one of these sets. */
  | { kind: 'patients'; sets: readonly PatientSet[] }
  /** It matches these search parameters. */
  | { kind: 'criteria'; criteria: string };

/** Any of these, each whole. */
export type Limit = readonly (readonly Test[])[];

/** Which patients' resources a rule of a policy is about. `members` are those of the client. */
export type Whose = 'any' | 'assigned' | 'members' | 'self';

/** One permission of a policy. Rules that name a type stand instead of those for `*`. */
export interface PolicyRule {
  /** Stable name, which refusals carry. */
  readonly rule: string;
  readonly types: ReadonlySet<string>;
  readonly letters: ReadonlySet<Letter>;
  readonly whose: Whose;
  /** Search parameters that a resource has to match; `{user}` stands for the user's own reference. */
  readonly criteria?: string;
}

/** What a role, or a client without a user, may do at most. Read from Basic resources that an administrator edits. */
export interface Policy {
  /** Code of cn-role. */
  readonly role: string;
  readonly rules: readonly PolicyRule[];
  /** Sensitivity labels (v3-ActCode) that are seen without a consent; `all`: every one. */
  readonly labels: ReadonlySet<string> | 'all';
  /** Labels that are seen where the patient consents. */
  readonly consented: ReadonlySet<string>;
  /** Whose consent counts: every patient's, or that of those who are assigned. */
  readonly consentedOf: 'any' | 'assigned';
  /** Purposes of use (v3-ActReason) that consents are asked for. */
  readonly purposes: readonly string[];
  /** May open a chart in an emergency: for this many minutes; 0: never. */
  readonly breakGlassMinutes: number;
}

/** The caller of a request. Frozen; made by `auth/guard` (or `openAccess` with `--open`). */
export interface Access {
  /** OAuth subject: the user's or client's id. */
  readonly subject: string;
  /** OAuth client. */
  readonly client?: string;
  /** `PractitionerRole/…` of the user, for ownership rules and Provenance. */
  readonly fhirUser?: string;
  /** Code from cn-role (`navigator`, `rn`, `physician`, …); absent for clients and in open mode. */
  readonly role?: string;
  /** Logical id of the patient that `patient/` scopes are confined to. */
  readonly patient?: string;
  readonly scopes: readonly Scope[];
  /** `unlimited`: the server's own work and `--open`. */
  readonly policy: Policy | 'unlimited';
  /** The patients of the client (`members` in its policy). */
  readonly members?: readonly PatientSet[];
}

/** How far a caller reaches: everything of a type, some resources of it, or nothing. */
export type Reach = 'all' | 'part' | 'none';

/** The policy of a role that nobody has written one for: nothing. */
export const emptyPolicy = (role: string): Policy => ({
  role,
  rules: [],
  labels: new Set(),
  consented: new Set(),
  consentedOf: 'any',
  purposes: [],
  breakGlassMinutes: 0,
});

/** Stands for the user's own reference in the criteria of policies. */
const USER = '{user}';

/** The criteria of a rule or scope for a caller; undefined when they ask for a user and there is none. */
export const criteriaOf = ({ fhirUser }: Access, criteria: string): string | undefined =>
  fhirUser || !criteria.includes(USER) ? criteria.replaceAll(USER, fhirUser ?? '') : undefined;

/** Alternatives that allow everything. */
const isWhole = (limit: Limit): boolean => limit.some((tests) => tests.length === 0);

/**
 * What resources of a type have to pass for an interaction: every limit, each by one of its alternatives.
 * @returns undefined when the caller reaches nothing; no limits when all of the type
 */
export function limitsOf(access: Access, type: string, letter: Letter): readonly Limit[] | undefined {
  let known = remembered.get(access);
  if (!known) {
    known = new Map();
    remembered.set(access, known);
  }
  const key = letter + type;
  if (!known.has(key)) known.set(key, madeLimits(access, type, letter));
  return known.get(key);
}
/** Limits by letter and type: an access never changes. */
const remembered = new WeakMap<Access, Map<string, readonly Limit[] | undefined>>();

function madeLimits(access: Access, type: string, letter: Letter): readonly Limit[] | undefined {
  const limits = [scopeLimit(access, type, letter), policyLimit(access, type, letter)];
  if (limits.some((limit) => limit.length === 0)) return undefined;
  return limits.filter((limit) => !isWhole(limit));
}

/** The widest scope wins; those with search parameters add up. */
function scopeLimit(access: Access, type: string, letter: Letter): Limit {
  return access.scopes.flatMap((scope) => {
    if ((scope.type !== '*' && scope.type !== type) || !scope.letters.has(letter)) return [];
    const own: Test[] = scope.criteria ? [{ kind: 'criteria', criteria: scope.criteria }] : [];
    if (scope.level !== 'patient') return [own];
    if (!access.patient) return [];
    const inside = within([{ by: 'patient', id: access.patient }], type, letter);
    return inside ? [[...inside, ...own]] : [];
  });
}

/** Tests of resources of some patients; undefined for types that no patient's chart reaches. */
function within(sets: readonly PatientSet[], type: string, letter: Letter): Test[] | undefined {
  const confined = confinement(type);
  if (confined === 'shared') return letter === 'r' || letter === 's' ? [] : undefined;
  return confined === 'compartment' && sets.length ? [{ kind: 'patients', sets }] : undefined;
}

/** The rules of a policy that a type falls under. */
function rulesFor({ rules }: Policy, type: string): readonly PolicyRule[] {
  const named = rules.filter(({ types }) => types.has(type));
  return named.length ? named : rules.filter(({ types }) => types.has('*'));
}

function policyLimit(access: Access, type: string, letter: Letter): Limit {
  if (access.policy === 'unlimited') return [[]];
  return rulesFor(access.policy, type).flatMap(({ letters, whose, criteria }) => {
    const wanted = criteria && criteriaOf(access, criteria);
    if (!letters.has(letter) || (criteria && wanted === undefined)) return [];
    const inside =
      whose === 'any' ? [] : (ownGroups(access, type, whose) ?? within(setsOf(access, whose), type, letter));
    if (!inside) return [];
    return [wanted ? [...inside, { kind: 'criteria', criteria: wanted } as const] : inside];
  });
}

/** A client sees the Groups that its members are the members of, which lie in no one patient's chart. */
function ownGroups({ members = [] }: Access, type: string, whose: Whose): Test[] | undefined {
  if (type !== 'Group' || whose !== 'members') return undefined;
  const ids = members.flatMap((set) => (set.by === 'group' ? [set.group.slice('Group/'.length)] : []));
  return ids.length ? [{ kind: 'criteria', criteria: `_id=${ids.join(',')}` }] : undefined;
}

function setsOf(
  { fhirUser = '', members = [] }: Access,
  whose: Exclude<Whose, 'any'>,
): readonly PatientSet[] {
  if (whose === 'members') return members;
  if (!fhirUser) return [];
  if (whose === 'assigned') return [{ by: 'assigned' }];
  return fhirUser.startsWith('Patient/') ? [{ by: 'patient', id: fhirUser.slice('Patient/'.length) }] : [];
}

/** The one patient by whom an alternative is confined. */
const patientOf = (tests: readonly Test[]): string | undefined =>
  tests
    .flatMap((test) => (test.kind === 'patients' && test.sets.length === 1 ? test.sets : []))
    .flatMap((set) => (set.by === 'patient' ? [set.id] : []))[0];

/** The one patient to whose chart limits confine; undefined when they do not. */
export function onlyPatient(limits: readonly Limit[]): string | undefined {
  for (const limit of limits) {
    const patients = limit.map(patientOf);
    if (patients[0] !== undefined && patients.every((patient) => patient === patients[0])) return patients[0];
  }
  return undefined;
}

/** Of limits those that confine to patients, without what else they ask. */
export const chartLimits = (limits: readonly Limit[]): Limit[] =>
  limits
    .map((limit) => limit.map((tests) => tests.filter(({ kind }) => kind === 'patients')))
    .filter((limit) => !isWhole(limit));

/** Whether labels can hide resources of a type from a caller. */
export const mindsLabels = ({ policy }: Access, type: string): boolean =>
  policy !== 'unlimited' && policy.labels !== 'all' && confinement(type) !== 'shared';

/** How far `access` reaches for one interaction on one resource type. */
export function reach(access: Access, type: string, letter: Letter): Reach {
  const limits = limitsOf(access, type, letter);
  if (!limits) return 'none';
  return limits.length || mindsLabels(access, type) ? 'part' : 'all';
}

/** Whether the caller's scopes alone cover an interaction: what the policy of the role refuses then is another matter. */
export const inScope = (access: Access, type: string, letter: Letter): boolean =>
  scopeLimit(access, type, letter).length > 0;

/** Names of the rules that allow an interaction on a type under conditions, for the sentences that refuse one. */
export const ruleNames = ({ policy }: Access, type: string, letter: Letter): string[] =>
  policy === 'unlimited'
    ? []
    : rulesFor(policy, type).flatMap(({ rule, letters }) => (letters.has(letter) ? [rule] : []));

/**
 * Whether a caller may take all of a type away, as bulk export does: only a `system/` scope allows that, which no user's
 * launch can grant. https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html#scopes
 */
export const reachesSystem = (access: Access, type: string, letter: Letter): boolean =>
  reach(access, type, letter) !== 'none' &&
  access.scopes.some(
    (scope) =>
      scope.level === 'system' && (scope.type === '*' || scope.type === type) && scope.letters.has(letter),
  );

/** A caller as a job remembers them: it runs with what they may see then. */
export interface Caller extends Omit<Access, 'scopes' | 'policy' | 'members'> {
  readonly scopes: readonly (Omit<Scope, 'letters'> & { letters: readonly Letter[] })[];
  /** With `--open`, and the server's own. */
  readonly unlimited: boolean;
}

/** What of an access is remembered. */
export function callerOf({ scopes, policy, members: _, ...who }: Access): Caller {
  return {
    ...who,
    scopes: scopes.map((scope) => ({ ...scope, letters: [...scope.letters] })),
    unlimited: policy === 'unlimited',
  };
}

/** The access of a caller who is remembered, under the policy that holds for them now. */
export function accessOf(
  { scopes, unlimited, ...who }: Caller,
  { policy, members }: Pick<Access, 'policy' | 'members'>,
): Access {
  return {
    ...who,
    scopes: scopes.map((scope) => ({ ...scope, letters: new Set(scope.letters) })),
    policy: unlimited ? 'unlimited' : policy,
    ...(members && { members }),
  };
}

const ALL_LETTERS: ReadonlySet<Letter> = new Set(['c', 'r', 'u', 'd', 's']);

/** Access without limits: `--open`, and the server's own work (seeding, jobs). */
export const systemAccess: Access = Object.freeze({
  subject: 'system',
  scopes: Object.freeze([{ level: 'system', type: '*', letters: ALL_LETTERS }] as Scope[]),
  policy: 'unlimited',
});

/** Whether it is the server itself that works; not a user or client of the same name. */
export const isSystem = ({ subject, policy }: Access): boolean =>
  subject === systemAccess.subject && policy === systemAccess.policy;

/** Access of nobody. */
export const noAccess: Access = Object.freeze({ subject: 'anonymous', scopes: [], policy: emptyPolicy('') });
