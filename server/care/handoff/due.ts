// By when a hand-off has to be accepted: one business day, or an hour when it is urgent.
// https://hl7.org/fhir/R4/task-definitions.html#Task.restriction.period
import type { Extension, Task } from '@medplum/fhirtypes';
import { businessDaysAfter, type Calendar } from '../calendar.ts';
import { extensionUrl } from '../code.ts';

const HOUR = 3_600_000;

/** A promise: its name, whether it counts business days, and when it is due. */
interface Promised {
  readonly sla: string;
  readonly businessDays: boolean;
  readonly due: (from: Date, calendar: Calendar) => Date;
}
const ROUTINE: Promised = {
  sla: 'handoff',
  businessDays: true,
  due: (from, calendar) => businessDaysAfter(from, 1, calendar),
};
const URGENT: Promised = {
  sla: 'handoff-urgent',
  businessDays: false,
  due: (from) => new Date(from.getTime() + HOUR),
};
const isUrgent = (priority: Task['priority']): boolean => priority !== undefined && priority !== 'routine';

/** When a hand-off is due, and the promise that says so. */
export function dueOf(
  priority: Task['priority'],
  from: Date,
  calendar: Calendar,
): { due: Date; policy: Extension } {
  const { sla, businessDays, due } = isUrgent(priority) ? URGENT : ROUTINE;
  return {
    due: due(from, calendar),
    policy: {
      url: extensionUrl('due-policy'),
      extension: [
        { url: 'sla', valueCode: sla },
        { url: 'clockStart', valueDateTime: from.toISOString() },
        { url: 'businessDays', valueBoolean: businessDays },
      ],
    },
  };
}
