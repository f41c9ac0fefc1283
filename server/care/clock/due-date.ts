// When a task is due, and which promise says so. https://hl7.org/fhir/R4/task-definitions.html#Task.restriction
import type { Extension, Task } from '@medplum/fhirtypes';
import { addDays, type Calendar, CLOSING_HOUR, instantOf } from '../calendar.ts';
import { extensionOf, extensionUrl } from '../code.ts';

/** The last day of a date, a month or a year. */
function lastDay(text: string): string {
  if (text.length === 10) return text;
  const [year, month = '12'] = text.split('-') as [string, string?];
  const next = new Date(Date.UTC(Number(year), Number(month), 1)).toISOString().slice(0, 10);
  return addDays(next, -1);
}

/** The moment at which a task is late; what is due on a day is due when the organisation closes. */
export function dueOf(task: Task, calendar: Calendar): Date | undefined {
  const end = task.restriction?.period?.end;
  if (end === undefined) return undefined;
  const due = end.length > 10 ? new Date(end) : instantOf(lastDay(end), CLOSING_HOUR, calendar);
  return Number.isNaN(due.getTime()) ? undefined : due;
}

/** A promise that a due date was computed from. */
export interface DuePolicy {
  readonly sla: string;
  readonly clockStart: Date;
  readonly businessDays: boolean;
}

export const duePolicy = ({ sla, clockStart, businessDays }: DuePolicy): Extension => ({
  url: extensionUrl('due-policy'),
  extension: [
    { url: 'sla', valueCode: sla },
    { url: 'clockStart', valueDateTime: clockStart.toISOString() },
    { url: 'businessDays', valueBoolean: businessDays },
  ],
});

const partOf = (task: Task, url: string): Extension | undefined =>
  extensionOf(task, 'due-policy')?.extension?.find((part) => part.url === url);

/** The promise that a task names: its code, or the canonical of what says so. */
export function promiseOf(task: Task): { valueCode: string } | { valueCanonical: string } | undefined {
  const { valueCode, valueCanonical } = partOf(task, 'sla') ?? {};
  if (valueCode) return { valueCode };
  return valueCanonical ? { valueCanonical } : undefined;
}

/** When the clock of a task began to run. */
export function clockStartOf(task: Task): Date | undefined {
  const text = partOf(task, 'clockStart')?.valueDateTime ?? task.authoredOn;
  const start = text === undefined ? undefined : new Date(text);
  return start && !Number.isNaN(start.getTime()) ? start : undefined;
}
