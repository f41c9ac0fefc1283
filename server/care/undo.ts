// Taking a change back: how a refusal is worded, what has to hold on the way back, and the record of it.
// https://hl7.org/fhir/R4/provenance.html
import type { Provenance, Resource, Task } from '@medplum/fhirtypes';
import { businessRule, type FhirError } from '../fhir/errors.ts';
import { withLabels } from './make.ts';
import { agentOf } from './state/reopening.ts';
import { CYCLE_RULE, PART_RULE } from './state/suspension.ts';
import { isOpen } from './state/task.ts';
import type { Desk } from './write.ts';

/** The rule that a refusal names. */
export const UNDO_RULE = 'task-undo';

/** Milliseconds after a change in which it can be taken back: the ten seconds of a person, and the way here. */
export const UNDO_TIME = 15_000;

/** Rules that look beyond what a change has written, and only refuse: on the way back they hold too. */
export const HELD_ON_THE_WAY_BACK: ReadonlySet<string> = new Set([
  PART_RULE,
  CYCLE_RULE,
  'contact-prohibited',
  'double-booking',
  'minutes-overlap',
]);

/** Records of what happened stay, whatever is taken back. */
export const STAYING: readonly string[] = ['AuditEvent', 'Provenance'];

/** Types whose references to something do not mean that somebody has gone on with it: records, and the state of apps. */
export const NOT_GOING_ON: readonly string[] = [...STAYING, 'Basic'];

/** 409: a change of a task is not taken back. @param why a sentence */
export const undoRefused = (task: Task, why: string): FhirError =>
  businessRule(
    `${why} ${isOpen(task) ? 'Move the task on from where it is, with $transition.' : 'Ask a supervisor to reopen the task.'}`,
    'Task',
    UNDO_RULE,
  );

/**
 * The record that a change was taken back.
 * @param targets the versions that came of it, `Type/id/_history/n`
 * @param about what they tell, for its labels
 */
export async function undoProvenance(
  targets: readonly string[],
  about: readonly Resource[],
  desk: Pick<Desk, 'caller' | 'read' | 'now'>,
): Promise<Provenance> {
  const provenance: Provenance = {
    resourceType: 'Provenance',
    target: targets.map((reference) => ({ reference })),
    recorded: desk.now.toISOString(),
    reason: [{ text: 'undo' }],
    activity: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'UPDATE' }],
    },
    agent: [await agentOf(desk)],
  };
  return withLabels(provenance, ...about);
}
