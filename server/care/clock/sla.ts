// What is promised for each kind of work: by when it is done, from the moment that it was asked for.
// https://hl7.org/fhir/R4/task-definitions.html#Task.restriction.period
import type { Reference, Resource, Task } from '@medplum/fhirtypes';
import { isSystem } from '../../fhir/access.ts';
import { addDays, businessDaysAfter, type Calendar, CLOSING_HOUR, dayOf, instantOf } from '../calendar.ts';
import type { CalendarOf } from '../calendar-of.ts';
import { codeOf, extensionOf, TASK_CODE } from '../code.ts';
import { tailOf } from '../reference.ts';
import type { CareWrite } from '../write.ts';
import { businessMinutesAfter } from './business-time.ts';
import { duePolicy } from './due-date.ts';

/** How a promise counts. */
type Unit = 'minutes' | 'business-minutes' | 'days' | 'business-days';

export interface Promised {
  /** Name of the promise, in the extension due-policy. */
  readonly sla: string;
  readonly amount: number;
  readonly unit: Unit;
}

const MINUTE = 60_000;
/** The moment at which a promise is due. Days end when the organisation closes; 0 business days: today, or the next one that is one. */
const COUNT: Readonly<Record<Unit, (from: Date, amount: number, calendar: Calendar) => Date>> = {
  minutes: (from, amount) => new Date(from.getTime() + amount * MINUTE),
  'business-minutes': businessMinutesAfter,
  days: (from, amount, calendar) => instantOf(addDays(dayOf(from, calendar), amount), CLOSING_HOUR, calendar),
  'business-days': businessDaysAfter,
};
const isBusiness = ({ unit }: Promised): boolean => unit.startsWith('business-');

/** When a promise that was made at an instant is due. @throws RangeError when the calendar has no business days */
export const promisedBy = ({ unit, amount }: Promised, from: Date, calendar: Calendar): Date =>
  COUNT[unit](from, amount, calendar);

/** Within so many minutes of working hours a human being answers a question, if only to say that it came. */
export const FIRST_RESPONSE: Promised = { sla: 'first-response', amount: 5, unit: 'business-minutes' };

/** What is promised for a code; by priority where that makes a difference. */
interface Sla {
  readonly routine: Promised;
  readonly urgent?: Promised;
  readonly stat?: Promised;
}
const days = (sla: string, amount: number): Promised => ({ sla, amount, unit: 'days' });
const businessDays = (sla: string, amount: number): Promised => ({ sla, amount, unit: 'business-days' });
const minutes = (sla: string, amount: number): Promised => ({ sla, amount, unit: 'minutes' });

/** The promises, by code of cn-task-code. Hand-offs have theirs where they are asked for, chases of referrals in their plan. */
export const SLAS: Readonly<Record<string, Sla>> = {
  'nav-inbound-query': { routine: businessDays('inbound-query', 0) },
  'nav-benefits-question': { routine: businessDays('benefits-question', 1) },
  'nav-no-show-recovery': { routine: businessDays('no-show-recovery', 1) },
  'nav-new-member-welcome': { routine: businessDays('new-member-welcome', 0) },
  'nav-barrier-screen': { routine: days('barrier-screen', 7) },
  'nav-receipt-check': { routine: businessDays('receipt-check', 1) },
  'nav-escalate-clinical': { routine: minutes('escalate-clinical', 15) },
  'coord-risk-triage': { routine: minutes('risk-triage', 60), stat: minutes('risk-triage-crisis', 15) },
  'coord-transition-contact': { routine: businessDays('transition-contact', 2) },
  'coord-transition-visit': {
    routine: days('transition-visit', 14),
    urgent: days('transition-visit-high', 7),
  },
  'coord-post-visit-followup': { routine: days('post-visit-followup', 7) },
  'loop-closure': { routine: businessDays('loop-closure', 2) },
};

export const URGENT: ReadonlySet<Task['priority']> = new Set(['urgent', 'asap', 'stat']);

/** What is promised for a task; undefined for work that has no promise of its own. */
export function promiseFor({ code, priority }: Task): Promised | undefined {
  const sla = SLAS[codeOf(code, TASK_CODE) ?? ''];
  if (!sla) return undefined;
  const { routine, urgent = routine, stat = urgent } = sla;
  if (priority === 'stat') return stat;
  return URGENT.has(priority) ? urgent : routine;
}

/** Whose business days count: those of whoever does it, or of whoever asks. */
const ORGANIZED = /^(?:Organization|PractitionerRole)\//;
const whoseDays = ({ owner, requester }: Task): string | undefined =>
  [owner, requester].map((one) => tailOf(one as Reference)).find((key) => key && ORGANIZED.test(key));

/** When the clock starts: when the task was written, as far as it says a moment that has been. */
function startOf({ authoredOn }: Task, now: Date): Date {
  const authored = authoredOn && authoredOn.length > 10 ? new Date(authoredOn) : now;
  return authored < now ? authored : now;
}

const isAsked = (task: Resource | undefined): boolean =>
  task?.resourceType === 'Task' && task.status !== 'draft';

/**
 * A task that is asked for, with the due date that is promised for its code where it has none. Nothing that the client sent
 * is changed, and what the server itself loads is left as it is.
 */
export function withDueDate(
  { before, access, now }: Pick<CareWrite, 'before' | 'access' | 'now'>,
  after: Resource,
  calendarOf: CalendarOf,
): Resource {
  if (after.resourceType !== 'Task' || after.restriction?.period?.end !== undefined) return after;
  if (!isAsked(after) || isAsked(before) || isSystem(access)) return after;
  const promised = promiseFor(after);
  const start = startOf(after, now);
  const due = promised && dueDate(promised, start, calendarOf(whoseDays(after)));
  if (!due) return after;
  const policy = duePolicy({ sla: promised.sla, clockStart: start, businessDays: isBusiness(promised) });
  return {
    ...after,
    ...(!extensionOf(after, 'due-policy') && { extension: [...(after.extension ?? []), policy] }),
    restriction: {
      ...after.restriction,
      period: { ...after.restriction?.period, end: due.toISOString() },
    },
  };
}

/** Undefined where an organisation never works: what cannot be promised is not. */
function dueDate(promised: Promised, start: Date, calendar: Calendar): Date | undefined {
  try {
    return promisedBy(promised, start, calendar);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
