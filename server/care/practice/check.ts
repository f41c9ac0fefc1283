// Scope of practice on a write of a task: what the write does to it, and whether the caller's role may.
// https://hl7.org/fhir/R4/task.html#statemachine · roles: code system cn-role, moves: Task.status and cn-practice-move
import type { Task } from '@medplum/fhirtypes';
import type { Access } from '../../fhir/access.ts';
import { businessRule, type FhirError, forbidden } from '../../fhir/errors.ts';
import { extensionOf } from '../code.ts';
import { familyCodes } from '../task-family.ts';
import type { Practice } from './index.ts';
import { taskTopic } from './pressing.ts';
import type { Move, PracticeRule } from './rule.ts';

const FINISHED: ReadonlySet<string> = new Set(['rejected', 'cancelled', 'completed', 'failed']);

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each, n) => each === other[n]);

/** What a write does to a task, for the judgement of whoever does it. */
export function movesOf(before: Task | undefined, after: Task): readonly Move[] {
  if (!before) return ['created', after.status];
  const moves: Move[] = [];
  if (!isSame(familyCodes(before), familyCodes(after))) moves.push('recoded');
  if (before.owner?.reference !== after.owner?.reference) moves.push('reassigned');
  if (before.status === after.status) return moves;
  const reopened = FINISHED.has(before.status) && after.status === 'in-progress';
  return [...moves, reopened ? 'reopened' : after.status];
}

/** Who answers for the work of a task, `PractitionerRole/…`. */
export const coSigner = (task: Task | undefined): string | undefined =>
  extensionOf(task, 'co-signed-by')?.valueReference?.reference;

const CO_SIGN =
  ' Or have a clinician co-sign it first: the extension co-signed-by says who answers for the work.';

/** 403 by a rule. */
export const refusedBy = ({ rule, sentence, coSign }: PracticeRule, role: string): FhirError =>
  forbidden(coSign.has(role) ? sentence + CO_SIGN : sentence, 'Task.status', rule);

const SIGNATURE = 'own-co-signature';

/** A signature is set by whom it names, who may do the work on their own, and stands for the work as it was. */
function checkSignature(
  practice: Practice,
  [before, after]: readonly [Task | undefined, Task],
  moves: readonly Move[],
  { fhirUser, role = '' }: Access,
): void {
  const signer = coSigner(after);
  if (!signer) return;
  if (signer === coSigner(before)) {
    if (!moves.includes('recoded') && !moves.includes('reopened')) return;
    throw businessRule(
      'The co-signature stands for the work as it was. Leave the extension co-signed-by out, and have the task signed again.',
      'Task.extension',
      SIGNATURE,
    );
  }
  const isOwn = fhirUser !== undefined && (signer === fhirUser || signer.endsWith(`/${fhirUser}`));
  if (isOwn && !practice.first(familyCodes(after), ['completed'], role)) return;
  throw forbidden(
    'A co-signature is set by the clinician whom it names, and who may complete the task. Ask them to sign it.',
    'Task.extension',
    SIGNATURE,
  );
}

/**
 * Checks a write of a task against the scope of practice. Callers without a role (clients, open mode) are held by their
 * scopes alone, and tasks of others by nothing.
 * @param before the stored version; undefined for a new task
 * @throws FhirError 403 with the name of the rule; 409 with rule `own-co-signature`
 */
export function checkScopeOfPractice(
  practice: Practice,
  before: Task | undefined,
  after: Task,
  access: Access,
): void {
  const { role } = access;
  if (!role) return;
  const subjects = new Set([...(before ? familyCodes(before) : []), ...familyCodes(after)]);
  if (!subjects.size) return;
  const moves = movesOf(before, after);
  const isSigned = coSigner(before) !== undefined && coSigner(before) === coSigner(after);
  const broken = practice.first(subjects, moves, role, isSigned);
  if (broken) throw refusedBy(broken, role);
  if (before && taskTopic(before) && !taskTopic(after)) {
    const pressing = practice.first(['escalation'], ['recoded'], role);
    if (pressing) throw refusedBy(pressing, role);
  }
  checkSignature(practice, [before, after], moves, access);
}
