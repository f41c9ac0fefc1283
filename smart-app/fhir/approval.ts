// The task that asks a prescriber to sign an order. https://hl7.org/fhir/R4/codesystem-task-code.html
import type { Coding, Task } from '@medplum/fhirtypes';

export const APPROVE: Coding = { system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'approve' };

/** Whether a task asks somebody to sign an order. */
export const asksToSign = ({ code }: Task): boolean =>
  code?.coding?.some((one) => one.system === APPROVE.system && one.code === APPROVE.code) ?? false;
