// What there is of a referral loop: the order, the task that follows it, the visits, the reports, the review, the contacts.
// https://hl7.org/fhir/R4/workflow-management.html

import type {
  Appointment,
  CareTeam,
  Communication,
  Encounter,
  Procedure,
  Reference,
  Resource,
  ResourceType,
  Task,
} from '@medplum/fhirtypes';
import { codeOf, keyOf, TASK_CODE } from '../code.ts';
import { teamsOf } from '../people.ts';
import { isOpen } from '../state/task.ts';
import type { Desk } from '../write.ts';
import {
  isFollowing,
  isOrder,
  kindFollowedBy,
  kindOf,
  type Order,
  type OrderKind,
  refersTo,
} from './order.ts';
import { answeredBy, carries, isFinal, type Report } from './report.ts';
import type { Step } from './stage.ts';
import { tells } from './told.ts';

/** What is stored about one order. */
export interface Loop {
  readonly order: Order;
  readonly kind: OrderKind;
  /** `Type/id` of the order. */
  readonly key: string;
  /** `Patient/…`. */
  readonly patient: string;
  /** All tasks about the order. */
  readonly tasks: readonly Task[];
  /** The task that follows the order: the newest that is open, else the newest. */
  readonly follow: Task | undefined;
  readonly visits: readonly Appointment[];
  /** Whether a visit took place, or what was ordered was done. */
  readonly isAttended: boolean;
  readonly reports: readonly Report[];
  /** The review of the report: the one that was completed, else the one that is open. */
  readonly review: Task | undefined;
  readonly isReviewed: boolean;
  /** The contact by which the person was told. */
  readonly told: Communication | undefined;
}

type Kept<K extends ResourceType> = Extract<Resource, { resourceType: K }>;

/** What searches find, with what the unit itself adds to it. */
async function gather<K extends ResourceType>(
  desk: Desk,
  type: K,
  queries: readonly string[],
  belongs: (resource: Kept<K>) => boolean,
): Promise<Kept<K>[]> {
  const found = new Map<string | undefined, Kept<K>>();
  for (const query of queries)
    for (const one of await desk.find(type, query)) found.set((one as Resource).id, one);
  for (const one of desk.written(type)) if (belongs(one)) found.set((one as Resource).id, one);
  return [...found.values()].filter(belongs);
}

const isAbout = (references: readonly (Reference | undefined)[] | undefined, key: string): boolean =>
  (references ?? []).some((one) => refersTo(one, key));

/** The tasks about a resource: those that have it as their focus, and those that are based on it. */
export const tasksAbout = (desk: Desk, key: string): Promise<Task[]> =>
  gather(desk, 'Task', [`focus=${key}`, `based-on=${key}`], (task) =>
    isAbout([task.focus, ...(task.basedOn ?? [])], key),
  );

const newestFirst = (a: Task, b: Task): number => String(b.authoredOn).localeCompare(String(a.authoredOn));

/** The task that follows an order, among those about it. */
export function followOf(tasks: readonly Task[]): Task | undefined {
  const following = tasks
    .filter((task) => isFollowing(task) && task.status !== 'entered-in-error')
    .sort(newestFirst);
  return following.find(isOpen) ?? following[0];
}

/** The review of a report, among the tasks about an order. */
function reviewOf(tasks: readonly Task[], { review }: OrderKind): Task | undefined {
  const reviews = tasks.filter((task) => review && codeOf(task.code, TASK_CODE) === review).sort(newestFirst);
  return reviews.find(({ status }) => status === 'completed') ?? reviews.find(isOpen);
}

const DONE: ReadonlySet<string> = new Set(['fulfilled']);

async function isAttended(desk: Desk, key: string, visits: readonly Appointment[]): Promise<boolean> {
  if (visits.some(({ status }) => DONE.has(status))) return true;
  const ofVisits = visits.map(keyOf).join(',');
  const encounters = await gather<'Encounter'>(
    desk,
    'Encounter',
    [`based-on=${key}`, ...(ofVisits ? [`appointment=${ofVisits}`] : [])],
    ({ basedOn, appointment }: Encounter) =>
      isAbout(basedOn, key) || visits.some((visit) => isAbout(appointment, keyOf(visit))),
  );
  if (encounters.some(({ status }) => status === 'finished')) return true;
  const procedures = await gather<'Procedure'>(
    desk,
    'Procedure',
    [`based-on=${key}`],
    ({ basedOn }: Procedure) => isAbout(basedOn, key),
  );
  return procedures.some(({ status }) => status === 'completed');
}

const supportsOf = (teams: readonly CareTeam[]): string[] =>
  teams.flatMap(({ participant = [] }) =>
    participant.flatMap(({ member }) =>
      member?.reference?.startsWith('RelatedPerson/') ? member.reference : [],
    ),
  );

/** The contact by which the person, or a natural support, was told what the review found. */
async function toldIn(
  desk: Desk,
  key: string,
  patient: string,
  review: Task,
): Promise<Communication | undefined> {
  const supports = supportsOf(await teamsOf(desk, patient));
  const isTelling = (contact: Communication) =>
    contact.status === 'completed' &&
    isAbout(contact.about, key) &&
    tells(contact, patient, supports, review);
  const named = (review.output ?? []).flatMap(({ valueReference }) => valueReference?.reference ?? []);
  for (const reference of named.filter((one) => /(?:^|\/)Communication\//.test(one))) {
    const contact = await desk.read<Communication>(reference);
    if (contact?.resourceType === 'Communication' && isTelling(contact)) return contact;
  }
  const since = review.executionPeriod?.end ?? review.lastModified;
  const later = await gather<'Communication'>(
    desk,
    'Communication',
    since ? [`patient=${patient}&status=completed&sent=ge${encodeURIComponent(since)}`] : [],
    isTelling,
  );
  return later[0];
}

/**
 * Reads what there is about a resource, if it is an order that is followed: one of ours, or one that a task of ours follows.
 * @returns undefined when it is none
 */
export async function loopOf(desk: Desk, order: Resource | undefined): Promise<Loop | undefined> {
  const patient = isOrder(order) ? order.subject?.reference : undefined;
  if (!isOrder(order) || !patient || order.status === 'entered-in-error') return undefined;
  const key = keyOf(order);
  const tasks = await tasksAbout(desk, key);
  const follow = followOf(tasks);
  const kind = kindOf(order) ?? kindFollowedBy(follow);
  if (!kind) return undefined;
  const visits = await gather<'Appointment'>(
    desk,
    'Appointment',
    [`based-on=${key}`],
    ({ basedOn }: Appointment) => isAbout(basedOn, key),
  );
  const answers = (report: Report) =>
    isFinal(report) && answeredBy(report).some((reference) => refersTo({ reference }, key));
  const reports = [
    ...(await gather<'DocumentReference'>(desk, 'DocumentReference', [`related=${key}`], answers)),
    ...(await gather<'DiagnosticReport'>(desk, 'DiagnosticReport', [`based-on=${key}`], answers)),
  ];
  const review = reviewOf(tasks, kind);
  const isReviewed = review?.status === 'completed';
  return {
    order,
    kind,
    key,
    patient,
    tasks,
    follow,
    visits,
    isAttended: await isAttended(desk, key, visits),
    reports,
    review,
    isReviewed,
    told: isReviewed ? await toldIn(desk, key, patient, review) : undefined,
  };
}

/** Whether a report came: one that names the order, or one that the follower or the reviewer filed by hand. */
export const hasReport = ({ reports, follow, isReviewed }: Loop): boolean =>
  reports.length > 0 ||
  isReviewed ||
  (follow?.output ?? []).some(({ valueReference }) => valueReference?.reference);

/** Reports that the task which follows the order does not carry yet. */
export const unfiled = ({ reports, follow }: Loop): Report[] =>
  reports.filter((report) => !carries(follow?.output, report));

const BOOKED: ReadonlySet<string> = new Set(['booked', 'checked-in', 'arrived']);

/** How far what happened brings the referral. */
export function stepOf(loop: Loop): Step | undefined {
  if (loop.isReviewed && loop.told) return { stage: 'patient-informed', bser: '7.0', status: 'completed' };
  const inProgress = (stage: Step['stage'], bser: string): Step => ({ stage, bser, status: 'in-progress' });
  if (loop.isReviewed) return inProgress('reviewed-by-requester', '5.1.4');
  if (loop.kind.review && hasReport(loop)) return inProgress('report-received', '5.1.4');
  if (loop.isAttended) return inProgress('attended', '5.1.4');
  if (loop.visits.some(({ status }) => BOOKED.has(status))) return inProgress('scheduled', '5.1.1');
  const [last] = [...loop.visits]
    .filter(({ status }) => status === 'noshow' || status === 'cancelled')
    .sort((a, b) => String(b.start).localeCompare(String(a.start)));
  if (last?.status === 'noshow') return inProgress('no-show', '5.1.2');
  if (last) return inProgress('accepted', '5.1.3');
  return undefined;
}
