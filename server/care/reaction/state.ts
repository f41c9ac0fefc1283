// What follows from moves of tasks and requests: parts are suspended and resumed with the whole, work that is called off is
// cancelled, a reopening is recorded, and only its author changes a request. https://hl7.org/fhir/R4/task.html#statemachine
import type { DeviceRequest, ServiceRequest, Task } from '@medplum/fhirtypes';
import { AUTHOR_RULE, checkAuthor, isAuthoring } from '../state/author.ts';
import { CANCELLATION_RULE, cancelWork, checkAnswer, isAgreed, isAnswered } from '../state/cancellation.ts';
import { isReopened, recordReopening } from '../state/reopening.ts';
import {
  CYCLE_RULE,
  checkAcyclic,
  checkWhole,
  isJoining,
  isPartStarting,
  isResuming,
  isSuspending,
  PART_RULE,
  resumeParts,
  suspendParts,
} from '../state/suspension.ts';
import { type Reaction, reaction } from '../write.ts';

export const stateReactions: readonly Reaction[] = [
  // Refuses a change of what a request orders by another organization than that which made it.
  reaction<ServiceRequest>({
    rule: AUTHOR_RULE,
    type: 'ServiceRequest',
    when: isAuthoring,
    react: checkAuthor,
  }),
  // Refuses a change of what a request for equipment orders by another organization than that which made it.
  reaction<DeviceRequest>({
    rule: AUTHOR_RULE,
    type: 'DeviceRequest',
    when: isAuthoring,
    react: checkAuthor,
  }),
  // Refuses an answer to a request to stop work by anybody but the owner of the work, or a supervisor.
  reaction<Task>({ rule: CANCELLATION_RULE, type: 'Task', when: isAnswered, react: checkAnswer }),
  // Refuses a task that would be part of itself, or of one of its own parts.
  reaction<Task>({ rule: CYCLE_RULE, type: 'Task', when: isJoining, react: checkAcyclic }),
  // Refuses to begin a part of a task, or to take it up again, while the task is on hold.
  reaction<Task>({ rule: PART_RULE, type: 'Task', when: isPartStarting, react: checkWhole }),
  // Cancels the work when its owner completes the task that asks to stop it.
  reaction<Task>({ rule: 'cancellation-agreed', type: 'Task', when: isAgreed, react: cancelWork }),
  // Puts the open parts of a task on hold with it.
  reaction<Task>({ rule: 'suspend-parts', type: 'Task', when: isSuspending, react: suspendParts }),
  // Takes up again the parts that were put on hold with a task, and no others.
  reaction<Task>({ rule: 'resume-parts', type: 'Task', when: isResuming, react: resumeParts }),
  // Records who reopened a finished task, and why.
  reaction<Task>({ rule: 'record-reopening', type: 'Task', when: isReopened, react: recordReopening }),
];
