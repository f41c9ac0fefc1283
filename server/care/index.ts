// The care rules that every write passes after validation: who may make the move, and whether the move exists.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Resource } from '@medplum/fhirtypes';
import type { Access } from '../fhir/access.ts';
import { checkScopeOfPractice } from './scope-of-practice.ts';
import { checkStart, checkTransition } from './task-transition.ts';

/** One write as the rules see it: the current version, the version to come, and who writes. */
export interface CareWrite {
  interaction: 'create' | 'update' | 'delete';
  /** The stored version; absent for a create and an update-as-create. */
  before?: Resource;
  /** The version to store; absent for a delete. */
  after?: Resource;
  access: Access;
  now: Date;
}

/**
 * Refuses a write that breaks a care rule; resources other than Task pass.
 * The server's own work (subject `system`) may create tasks in any status, so that a history can be loaded.
 * @throws FhirError 403 with the name of the role rule, or 409 with rule `task-transition`
 */
export function checkCareRules({ before, after, access }: CareWrite): void {
  if (after?.resourceType !== 'Task') return;
  const previous = before?.resourceType === 'Task' ? before : undefined;
  if (access.role) checkScopeOfPractice(previous, after, access.role);
  if (previous) checkTransition(previous, after, access.role);
  else if (access.subject !== 'system') checkStart(after);
}
