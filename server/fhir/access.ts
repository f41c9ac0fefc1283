// Who asks and what they may see: one pure value, a required argument of store and search, compiled into every statement.
// Scope syntax: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import { confinement } from './compartment.ts';

/** One SMART interaction letter: create, read, update, delete, search. */
export type Letter = 'c' | 'r' | 'u' | 'd' | 's';

/** A parsed clinical scope, `user/Task.rs`. */
export interface Scope {
  level: 'patient' | 'user' | 'system';
  /** Resource type or `*`. */
  type: string;
  letters: ReadonlySet<Letter>;
}

/** The caller of a request. Frozen; made by `auth/guard` (or `openAccess` with `--open`). */
export interface Access {
  /** OAuth subject: the user's or client's id. */
  readonly subject: string;
  /** `PractitionerRole/…` of the user, for ownership rules and Provenance. */
  readonly fhirUser?: string;
  /** Code from cn-role (`navigator`, `rn`, `physician`, …); absent for clients and in open mode. */
  readonly role?: string;
  /** Logical id of the patient that `patient/` scopes are confined to. */
  readonly patient?: string;
  readonly scopes: readonly Scope[];
}

/** What a caller may see of one type: everything, the launched patient's compartment, or nothing. */
export type Reach = 'all' | 'compartment' | 'none';

/** How far `access` reaches for one interaction on one resource type: the widest of its scopes. */
export function reach(access: Access, type: string, letter: Letter): Reach {
  let widest: Reach = 'none';
  for (const scope of access.scopes) {
    if ((scope.type !== '*' && scope.type !== type) || !scope.letters.has(letter)) continue;
    const found = scope.level === 'patient' ? reachOfPatientScope(access, type, letter) : 'all';
    if (found === 'all') return 'all';
    if (found === 'compartment') widest = found;
  }
  return widest;
}

function reachOfPatientScope(access: Access, type: string, letter: Letter): Reach {
  if (!access.patient) return 'none';
  const confined = confinement(type);
  if (confined === 'shared') return letter === 'r' || letter === 's' ? 'all' : 'none';
  return confined;
}

/**
 * Whether a caller may take all of a type away, as bulk export does: only a `system/` scope allows that, which no user's
 * launch can grant. https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html#scopes
 */
export const reachesSystem = (access: Access, type: string, letter: Letter): boolean =>
  access.scopes.some(
    (scope) =>
      scope.level === 'system' && (scope.type === '*' || scope.type === type) && scope.letters.has(letter),
  );

const ALL_LETTERS: ReadonlySet<Letter> = new Set(['c', 'r', 'u', 'd', 's']);

/** Access without limits: `--open`, and the server's own work (seeding, jobs). */
export const systemAccess: Access = Object.freeze({
  subject: 'system',
  scopes: Object.freeze([{ level: 'system', type: '*', letters: ALL_LETTERS }] as Scope[]),
});
