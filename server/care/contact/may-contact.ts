// Whether a person, or somebody close to them, may be contacted: their flags, the orders behind the contact, and what those
// close to them may know. https://hl7.org/fhir/R4/flag.html
import type { Appointment, Reference, ServiceRequest, Task } from '@medplum/fhirtypes';
import { enrolmentOf, teamsOf } from '../people.ts';
import { localKey, relativeKey } from '../reference.ts';
import type { Desk } from '../write.ts';
import {
  type Contact,
  type ContactLimit,
  type ContactRefusal,
  limitOf,
  ORDER_LIMIT,
  prohibitsContact,
  refusedBy,
} from './limit.ts';
import { supportRefusal } from './support.ts';

/** A contact that somebody, or a rule, means to make. */
export interface PlannedContact extends Contact {
  /** `RelatedPerson/…`; absent: the person. */
  recipient?: string;
  /** Codes of cn-query-topic, for what somebody close to the person may know. */
  topics?: readonly string[];
  /** Requests, tasks or appointments that it is about: an order may forbid contact. */
  about?: readonly Reference[];
}

/** The limits that a person has set, in force. @param patient `Patient/…` */
export async function limitsOf(desk: Desk, patient: string): Promise<ContactLimit[]> {
  const flags = await desk.find('Flag', `patient=${patient}`);
  const known = new Map([...flags, ...desk.written('Flag')].map((flag) => [flag.id, flag]));
  return [...known.values()].flatMap((flag) =>
    relativeKey(flag.subject) === patient ? (limitOf(flag) ?? []) : [],
  );
}

/** The orders behind what a contact is about: itself, or what a task or an appointment is for. */
async function ordersBehind(desk: Desk, about: readonly Reference[]): Promise<ServiceRequest[]> {
  const orders: ServiceRequest[] = [];
  for (const reference of about) {
    if (!reference.reference || reference.reference.startsWith('#')) continue;
    const found = await desk.read<ServiceRequest | Task | Appointment>(reference.reference);
    if (found?.resourceType === 'ServiceRequest') orders.push(found);
    if (found?.resourceType !== 'Task' && found?.resourceType !== 'Appointment') continue;
    const behind = [...(found.basedOn ?? []), ...(found.resourceType === 'Task' ? [found.focus] : [])];
    for (const one of behind as (Reference | undefined)[]) {
      if (!one?.reference?.includes('ServiceRequest/')) continue;
      const order = await desk.read<ServiceRequest>(one.reference);
      if (order) orders.push(order);
    }
  }
  return orders;
}

/**
 * Why a contact is refused; undefined when it may be made.
 * @param patient `Patient/…`
 */
export async function contactRefusal(
  desk: Desk,
  patient: string,
  contact: PlannedContact,
): Promise<ContactRefusal | undefined> {
  const flagged = await limitsOf(desk, patient);
  const orders = await ordersBehind(desk, contact.about ?? []);
  const limits = orders.some(({ orderDetail }) => prohibitsContact(orderDetail))
    ? [ORDER_LIMIT, ...flagged]
    : flagged;
  const enrolment = limits.length || contact.recipient ? await enrolmentOf(desk, patient) : undefined;
  const calendar = desk.calendar(enrolment?.managingOrganization?.reference);
  const refusal = refusedBy(limits, contact, calendar);
  if (refusal || !contact.recipient || !enrolment) return refusal;
  return supportRefusal(
    await teamsOf(desk, patient),
    contact.recipient,
    contact.topics ?? [],
    contact.outcome,
  );
}

/**
 * Whether a contact may be made: what the rules ask before they remind, call or write.
 * @param patient `Patient/…`
 */
export const mayContact = async (desk: Desk, patient: string, contact: PlannedContact): Promise<boolean> =>
  (await contactRefusal(desk, patient, contact)) === undefined;

/** The person of a contact: as the record names them, or the one that somebody close to them belongs to. */
export async function personOf(
  desk: Desk,
  patient: Reference | undefined,
  supports: readonly Reference[],
): Promise<string | undefined> {
  const named = await localKey(desk, patient, 'Patient');
  if (named || !supports[0]?.reference) return named;
  const support = await desk.read(supports[0].reference);
  return support?.resourceType === 'RelatedPerson' ? localKey(desk, support.patient, 'Patient') : undefined;
}
