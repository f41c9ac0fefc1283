// What a booking is at a moment: what was chosen in the dialog, and for the rest what is right most of the time.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, Patient, Task } from '@medplum/fhirtypes';
import { type Conditions, orderText } from '../../fhir/background.ts';
import { actorsOf, languageOf, movable, needsOf, slotOf, tagOf } from '../../fhir/booking.ts';
import { isParameter } from '../../fhir/parameter.ts';
import type { Calendars } from '../../fhir/practices.ts';
import { isNavigation, type Order } from '../../fhir/services.ts';
import type { About } from '../action.ts';

/** What is to be done: a new visit, or something with a visit that there is. */
export type What = 'new' | `move:${string}` | `off:${string}`;
export type Ride = 'none' | 'both' | 'there' | 'home';
export const RIDES: readonly Ride[] = ['none', 'both', 'there', 'home'];
/** In place of a slot: none suits, and the person waits for one. */
export const WAIT = 'waitlist';
/** In place of a slot: a time that was agreed with the practice, by telephone. */
export const AGREED = 'agreed';
/** As the record says: the server asks for an interpreter unless the practice speaks the language. */
export const BY_RECORD = 'record';

/** What was chosen and typed; what is missing was not touched. */
export interface Draft {
  what?: What;
  order?: string;
  practice?: string;
  from?: string;
  /** `Slot/…`, `AGREED` or `WAIT`. */
  slot?: string;
  /** The time that was agreed, as a field for a time writes it, and how long it takes. */
  agreed?: string;
  minutes?: number;
  interpreter?: string;
  ride?: Ride;
  isFirst?: boolean;
  reason?: string;
  comment: string;
}

/** What was read of the record. */
export interface Background {
  readonly visits: readonly Appointment[];
  readonly orders: readonly Order[];
  readonly conditions: Conditions;
  readonly chosen: string | undefined;
}

const idIn = (what: What): string => what.slice(what.indexOf(':') + 1);
const keyOf = (order: Order): string => `${order.resourceType}/${order.id}`;

/** The visit that a task is about. */
const visitOf = (task: Task | undefined): string | undefined => {
  const reference = task?.focus?.reference;
  return reference?.startsWith('Appointment/') ? reference.slice('Appointment/'.length) : undefined;
};

/** The order that a task is about. */
const orderOf = (task: Task | undefined): string | undefined =>
  [task?.focus, ...(task?.basedOn ?? [])]
    .map((one) => one?.reference)
    .find((one) => one?.startsWith('ServiceRequest/'));

/** Orders that a visit can be for. */
const bookable = (orders: readonly Order[]): readonly Order[] =>
  orders.filter(({ resourceType, status }) => resourceType === 'ServiceRequest' && status === 'active');

/** The newest order that no coming visit is for. */
function unbooked(orders: readonly Order[], visits: readonly Appointment[]): string | undefined {
  const taken = new Set(
    visits
      .filter(({ status }) => ['booked', 'arrived', 'fulfilled', 'waitlist'].includes(status))
      .flatMap(({ basedOn = [] }) => basedOn.map(({ reference }) => reference)),
  );
  return orders
    .filter((order) => order.resourceType === 'ServiceRequest' && !isNavigation(order))
    .map(keyOf)
    .find((key) => !taken.has(key));
}
const performersOf = (order: Order | undefined): readonly string[] => {
  const performers = order?.resourceType === 'DeviceRequest' ? [order.performer] : (order?.performer ?? []);
  return performers.flatMap((one) => one?.reference ?? []);
};

/** References whose practice has to be known before a practice can stand there already. */
export const providersIn = (
  about: About,
  patient: Patient,
  { orders, chosen }: Background,
): readonly string[] => [
  ...(about.provider ? [about.provider] : []),
  ...orders.flatMap(performersOf),
  ...(chosen ? [chosen] : []),
  ...(patient.generalPractitioner ?? []).flatMap(({ reference }) => reference ?? []),
];

/** A booking as far as it is known before a time is chosen. */
export interface Plan {
  readonly what: What;
  readonly mode: 'new' | 'move' | 'off';
  /** The visit that is moved, called off, or waited for. */
  readonly visit: Appointment | undefined;
  /** Orders to choose from. */
  readonly orders: readonly Order[];
  /** `ServiceRequest/…`; empty for none. */
  readonly order: string;
  readonly orderText: string | undefined;
  /** `Organization/…`; empty for any. */
  readonly practice: string;
  readonly interpreter: string;
  readonly ride: Ride;
  readonly isFirst: boolean;
  /** `HealthcareService/…` of the practice that the order or the search names. */
  readonly performer: string | undefined;
  /** Whether the practice keeps a calendar here; any does. */
  readonly hasCalendar: boolean;
}

/** What is to be done when nobody has said: what the dialog or the task was opened for. */
export function firstWhat({ appointment, task }: About, { visits }: Background, now: Date): What {
  if (appointment) return `move:${appointment}`;
  const id = visitOf(task);
  const { waiting, missed } = movable(visits, now);
  return id && [...waiting, ...missed].some((one) => one.id === id) ? `move:${id}` : 'new';
}

/** Practices, the likeliest first. */
function practiceFor(likely: readonly (string | undefined)[], { practices, practiceOf }: Calendars): string {
  const known = new Set(practices.map(({ reference }) => reference));
  return likely.map((one) => one && (practiceOf(one) ?? one)).find((one) => one && known.has(one)) ?? '';
}

export function planOf(
  draft: Draft,
  about: About,
  patient: Patient,
  background: Background,
  calendars: Calendars,
  now: Date,
): Plan {
  const { visits, conditions, chosen } = background;
  const what = draft.what ?? firstWhat(about, background, now);
  const mode = what === 'new' ? 'new' : what.startsWith('off:') ? 'off' : 'move';
  const visit = mode === 'new' ? undefined : visits.find(({ id }) => id === idIn(what));
  const orders = bookable(background.orders);
  const order =
    visit?.basedOn?.[0]?.reference ?? draft.order ?? orderOf(about.task) ?? unbooked(orders, visits) ?? '';
  const ordered = background.orders.find((one) => keyOf(one) === order);
  const likely = [
    about.provider,
    ...(visit ? actorsOf(visit) : []),
    ...performersOf(ordered),
    chosen,
    ...(patient.generalPractitioner ?? []).map(({ reference }) => reference),
  ];
  const practice = draft.practice ?? practiceFor(likely, calendars);
  const needs = needsOf(visit);
  const needsRide = needs.transport !== undefined || conditions.barriers.includes('transport');
  return {
    ...{ what, mode, visit, orders, order, practice },
    performer: likely.find(
      (one) => one?.startsWith('HealthcareService/') && calendars.practiceOf(one) === practice,
    ),
    hasCalendar:
      calendars.practices.find(({ reference }) => reference === practice)?.hasCalendar ?? practice === '',
    orderText: ordered && orderText(ordered),
    interpreter:
      draft.interpreter ??
      tagOf(needs.interpreter) ??
      (languageOf(patient).needsInterpreter ? BY_RECORD : ''),
    ride: draft.ride ?? (needsRide ? 'both' : 'none'),
    isFirst: draft.isFirst ?? (mode === 'new' && !hasBeenThere(visits, practice, calendars)),
  };
}

/** Whether the person has had a visit in a practice, or has one to come. */
const hasBeenThere = (visits: readonly Appointment[], practice: string, { practiceOf }: Calendars): boolean =>
  !practice ||
  visits.some(
    (visit) =>
      ['booked', 'arrived', 'fulfilled'].includes(visit.status) &&
      actorsOf(visit).some((one) => practiceOf(one) === practice),
  );

/** The slot that stands there already: the one that a task offers, else the next one. */
export function slotFor(
  draft: Draft,
  task: Task | undefined,
  times: readonly Appointment[],
  hasCalendar: boolean,
): string {
  const has = (slot: string | undefined) => times.some((one) => slotOf(one) === slot);
  if (draft.slot === WAIT || draft.slot === AGREED || has(draft.slot)) return draft.slot!;
  const offered = [
    task?.input?.find((one) => isParameter(one, 'preferred-slot'))?.valueReference?.reference,
    ...(task?.basedOn ?? []).map(({ reference }) => reference),
  ].find((one) => one && has(one));
  return offered ?? (times[0] ? slotOf(times[0]) : hasCalendar ? WAIT : AGREED);
}
