// Scope of practice as data: which roles may make which move on which tasks, and the sentence that refuses the others.
// https://hl7.org/fhir/R4/task.html#statemachine · roles: code system cn-role, moves: Task.status
import type { Task } from '@medplum/fhirtypes';
import { forbidden } from '../fhir/errors.ts';
import { familyCodes, familyOf } from './task-family.ts';
import type { TaskStatus } from './task-transition.ts';

/** What a write does to a task: it is created, gets another code or owner, enters a status, or is reopened after its end. */
export type Move = TaskStatus | 'created' | 'recoded' | 'reassigned' | 'reopened';

/** One row of the policy. A role that is not in `may` is refused; so is a role that nobody knows. */
export interface PracticeRule {
  /** Stable name, carried by the outcome in issue.details. */
  readonly rule: string;
  /** A family (`coordination`), one code of cn-task-code, or every task. */
  readonly tasks: string;
  readonly moves: readonly Move[];
  /** Codes of cn-role. */
  readonly may: readonly string[];
  /** Why not, and the way out. */
  readonly sentence: string;
}

const CLINICIANS = ['rn', 'lpn', 'lcsw', 'np-pa', 'physician', 'pharmacist'];
const INDEPENDENT = ['rn', 'lcsw', 'np-pa', 'physician'];

/** The policy. Callers without a role (clients, open mode) are held by their scopes alone. */
export const PRACTICE_RULES: readonly PracticeRule[] = [
  {
    rule: 'navigator-cannot-complete-coordination',
    tasks: 'coordination',
    moves: ['completed'],
    may: CLINICIANS,
    sentence: 'Only a licensed clinician can complete a coordination task. Hand it over to a nurse.',
  },
  {
    rule: 'navigator-cannot-start-coordination',
    tasks: 'coordination',
    moves: ['accepted', 'in-progress'],
    may: [...CLINICIANS, 'clinical-support'],
    sentence:
      'Only clinical staff can take on a coordination task. Leave it in the pool or ask a nurse to claim it.',
  },
  {
    rule: 'navigator-cannot-create-coordination',
    tasks: 'coordination',
    moves: ['created', 'recoded'],
    may: [...CLINICIANS, 'clinical-support', 'supervisor', 'payer-system'],
    sentence:
      'Only clinical staff can open a coordination task or change its code. Create a hand-off to a nurse instead.',
  },
  {
    rule: 'navigator-cannot-assign-coordination',
    tasks: 'coordination',
    moves: ['reassigned'],
    may: [...CLINICIANS, 'clinical-support', 'supervisor'],
    sentence: 'Only clinical staff or a supervisor can say who owns a coordination task. Ask one of them.',
  },
  {
    rule: 'navigator-cannot-accept-handoff',
    tasks: 'handoff',
    moves: ['accepted', 'recoded'],
    may: INDEPENDENT,
    sentence:
      'Only a nurse, a clinical social worker or a physician can accept a hand-off. Ask one of them to accept it.',
  },
  {
    rule: 'only-clinicians-close-loop',
    tasks: 'loop-closure',
    moves: ['completed', 'recoded'],
    may: INDEPENDENT,
    sentence:
      'Only the clinician who reviewed the report can close the loop. Ask the nurse or the physician to review it.',
  },
  {
    rule: 'non-clinical-cannot-complete-escalation',
    tasks: 'nav-escalate-clinical',
    moves: ['completed', 'recoded'],
    may: CLINICIANS,
    sentence:
      'Only a clinician can complete a clinical escalation. Stay with the caller and bring a nurse in now.',
  },
  {
    rule: 'social-worker-cannot-reconcile-medicines',
    tasks: 'coord-med-reconciliation',
    moves: ['completed'],
    may: ['rn', 'lpn', 'np-pa', 'physician', 'pharmacist'],
    sentence:
      'Medicines are reconciled by a nurse, a pharmacist or a physician. Hand the task over to one of them.',
  },
  {
    rule: 'only-supervisor-reopens',
    tasks: '*',
    moves: ['reopened'],
    may: ['supervisor'],
    sentence: 'Only a supervisor can reopen a finished task. Ask your supervisor, or create a new task.',
  },
];

const FINISHED: readonly TaskStatus[] = ['rejected', 'cancelled', 'completed', 'failed'];

function movesOf(before: Task | undefined, after: Task): readonly Move[] {
  if (!before) return ['created', after.status];
  const changes: Move[] = [];
  if (String(familyCodes(before)) !== String(familyCodes(after))) changes.push('recoded');
  if (before.owner?.reference !== after.owner?.reference) changes.push('reassigned');
  if (before.status === after.status) return changes;
  const reopened = FINISHED.includes(before.status) && after.status === 'in-progress';
  return [...changes, reopened ? 'reopened' : after.status];
}

/** What the rows can name: `*`, and the codes and families of the task before and after the write. */
function subjectsOf(before: Task | undefined, after: Task): ReadonlySet<string> {
  const codes = [...(before ? familyCodes(before) : []), ...familyCodes(after)];
  return new Set(['*', ...codes, ...codes.map(familyOf)]);
}

/**
 * Checks a write against the policy.
 * @param before the stored version; undefined for a new task
 * @param role cn-role code of the caller
 * @throws FhirError 403 forbidden with the rule's name
 */
export function checkScopeOfPractice(before: Task | undefined, after: Task, role: string): void {
  const moves = movesOf(before, after);
  const subjects = subjectsOf(before, after);
  const concerns = (row: PracticeRule) =>
    subjects.has(row.tasks) && row.moves.some((move) => moves.includes(move));
  const broken = PRACTICE_RULES.find((row) => concerns(row) && !row.may.includes(role));
  if (broken) throw forbidden(broken.sentence, 'Task.status', broken.rule);
}
