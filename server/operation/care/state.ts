// The operations on the states of a task: claiming it, moving it, taking that back, and how other guides see it. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';
import { claim } from './state/claim.ts';
import { transition } from './state/transition.ts';
import { undo } from './state/undo.ts';
import { view } from './state/view.ts';

const OURS = 'https://throughline.example/fhir/OperationDefinition';

export const stateOperations: readonly Operation[] = [
  {
    code: 'claim',
    method: 'POST',
    path: 'Task/{id}/$claim',
    type: 'Task',
    definition: `${OURS}/Task-claim`,
    handler: claim,
  },
  {
    code: 'transition',
    method: 'POST',
    path: 'Task/{id}/$transition',
    type: 'Task',
    definition: `${OURS}/Task-transition`,
    handler: transition,
  },
  {
    code: 'undo',
    method: 'POST',
    path: 'Task/{id}/$undo',
    type: 'Task',
    definition: `${OURS}/Task-undo`,
    handler: undo,
  },
  {
    code: 'view',
    method: 'GET',
    path: 'Task/{id}/$view',
    type: 'Task',
    definition: `${OURS}/Task-view`,
    safe: true,
    handler: view,
  },
  { code: 'view', method: 'POST', path: 'Task/{id}/$view', handler: view },
];
