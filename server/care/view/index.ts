// The same task as three guides have it: its state is kept once, and told to each in its own terms.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import { bserView } from './bser.ts';
import { cowView } from './cow.ts';
import { gravityView } from './gravity.ts';

interface View {
  /** What the view says otherwise than the task, in words for the documentation. */
  readonly about: string;
  /** @throws FhirError 422 when the guide has no way to tell the task */
  of(task: Task): Task;
}

export const views = {
  gravity: {
    about:
      '`SDOHCC-TaskForReferralManagement`: `received` and `ready` are told as `requested`, with the status as a coding of businessStatus; statusReason has a text',
    of: gravityView,
  },
  bser: {
    about:
      '`referral-task`: `requested` is told as `received`, `ready` as `accepted`, a task on hold as it was before; businessStatus has the code of the referral machine; failed and entered in error cannot be told',
    of: bserView,
  },
  cow: {
    about:
      '`coordination-task`, or `cancellation-request-task` for a task with the code abort: there is an identifier, and businessStatus tells of the visit',
    of: cowView,
  },
} as const satisfies Readonly<Record<string, View>>;
export type Guide = keyof typeof views;
