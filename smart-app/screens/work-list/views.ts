// The lists that everybody has: mine, my team's pool, late, due today, all that is open; each one search, and a test by which
// a task that somebody changed is known to belong to it or not.
// https://hl7.org/fhir/R4/task.html#search
import type { Task } from '@medplum/fhirtypes';
import type { Params } from '../../fhir/client.ts';
import { ROLE } from '../../fhir/systems.ts';
import { isMine, isPool, OPEN } from '../../fhir/task.ts';
import { type Clock, dueTime } from './clock.ts';

export const VIEWS = ['mine', 'pool', 'late', 'today', 'open'] as const;
export type ViewName = (typeof VIEWS)[number];

/** Who looks. */
export interface Who {
  /** `PractitionerRole/nurse` */
  readonly me: string;
  /** Code of cn-role. */
  readonly role?: string | undefined;
}

interface View {
  readonly params: (who: Who, clock: Clock) => Params;
  readonly holds: (task: Task, who: Who, clock: Clock) => boolean;
}

const isOpen = (task: Task): boolean => OPEN.includes(task.status);
const status = OPEN.join(',');
const at = (time: number): string => new Date(time).toISOString();

/** Roles that lead or look on: no task is made for them, so their pool is every pool. */
const WITHOUT_WORK = new Set(['supervisor', 'programme-admin', 'quality-analyst', 'auditor']);

/** The role whose tasks wait in my pool; undefined: those of all roles. */
const classOf = ({ role }: Who): string | undefined => (role && !WITHOUT_WORK.has(role) ? role : undefined);

const isFor = (task: Task, role: string): boolean =>
  task.performerType?.some(({ coding }) =>
    coding?.some(({ system, code }) => system === ROLE && code === role),
  ) ?? false;

const TABLE: Readonly<Record<ViewName, View>> = {
  mine: {
    params: ({ me }) => ({ owner: me, status }),
    holds: (task, { me }) => isOpen(task) && isMine(task, me),
  },
  pool: {
    params: (who) => ({
      status,
      _filter: 'owner pr false or for-organization pr true',
      ...(classOf(who) && { 'performer-class': `${ROLE}|${classOf(who)}` }),
    }),
    holds: (task, who) => isOpen(task) && isPool(task) && (!classOf(who) || isFor(task, classOf(who)!)),
  },
  late: {
    params: (_who, { now }) => ({ 'open-due': `lt${at(now)}` }),
    holds: (task, _who, { now }) => isOpen(task) && (dueTime(task) ?? now) < now,
  },
  today: {
    params: (_who, { dayStart, dayEnd }) => ({ 'open-due': [`ge${at(dayStart)}`, `lt${at(dayEnd)}`] }),
    holds: (task, _who, { dayStart, dayEnd }) => {
      const due = dueTime(task) ?? dayEnd;
      return isOpen(task) && due >= dayStart && due < dayEnd;
    },
  },
  open: { params: () => ({ status }), holds: isOpen },
};

/** The search of a view. */
export const paramsOf = (view: ViewName, who: Who, clock: Clock): Params => TABLE[view].params(who, clock);

/** Whether a task belongs to a view. */
export const holds = (view: ViewName, task: Task, who: Who, clock: Clock): boolean =>
  TABLE[view].holds(task, who, clock);

/** Views that need to know the role of the user before they can be searched. */
export const needsRole = (view: ViewName): boolean => view === 'pool';

/** Views to which tasks come, and from which they go, by the time alone. */
export const isTimed = (view: ViewName): boolean => view === 'late' || view === 'today';
