// What a comparison is about: the order or the service that somebody is needed for, and what follows from a choice.
// https://hl7.org/fhir/R4/workflow.html#request
import type { Task } from '@medplum/fhirtypes';
import { type Access, isDecided, type NetworkWish, type OffReason } from '../../fhir/network.ts';
import {
  isNavigation,
  type Order,
  SERVICE_IDS,
  type ServiceId,
  serviceOf,
  wantedFor,
} from '../../fhir/services.ts';
import { familyCode } from '../../fhir/task.ts';

/** What was chosen; what is missing was not touched. */
export interface Draft {
  /** `ServiceRequest/…`, `DeviceRequest/…`, or the id of a service. */
  need?: string;
  near: string;
  accepting: boolean;
  language: boolean;
  access: readonly Access[];
  choice?: string;
  reason?: OffReason;
}

export const keyOf = (order: Order): string => `${order.resourceType}/${order.id}`;

/** Navigation itself is not looked for in a directory. */
export const isSought = (order: Order): boolean => !isNavigation(order);

/** What is needed when nobody has said: the task's order, else one that nobody has decided for, else primary care. */
export function firstNeed(task: Task | undefined, orders: readonly Order[]): string {
  const named = [task?.focus, ...(task?.basedOn ?? [])].map((one) => one?.reference);
  const sought = orders.filter(isSought);
  const order =
    sought.find((one) => named.includes(keyOf(one))) ??
    (task ? undefined : sought.find((one) => one.status !== 'draft' && !isDecided(one)));
  return order ? keyOf(order) : 'primary-care';
}

/** The codes that the directory is asked for. */
export function servicesFor(need: string, order: Order | undefined): NetworkWish['services'] {
  if (order) return wantedFor(order);
  const id = SERVICE_IDS.find((one): one is ServiceId => one === need);
  return id ? serviceOf(id).wanted : [];
}

/** Roles that decide for an order: those who record findings. */
const DECIDING = ['rn', 'lcsw', 'np-pa', 'physician'];

/** What a choice does: it is recorded for the order, it completes the task, or a visit is booked there. */
export type Outcome = 'decide' | 'choose' | 'book';

export function outcomeOf(
  task: Task | undefined,
  order: Order | undefined,
  role: string | undefined,
): Outcome {
  if (order && DECIDING.includes(role ?? '')) return 'decide';
  return task && familyCode(task) === 'nav-find-provider' ? 'choose' : 'book';
}

/** Tasks that a choice completes. */
export const isCompleted = (task: Task | undefined): task is Task =>
  ['nav-find-provider', 'coord-network-review'].includes((task && familyCode(task)) ?? '');
