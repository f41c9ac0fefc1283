// What follows from what happens to a referral, and to everything else that is ordered: its stage, its reports, its review, its end.
// https://hl7.org/fhir/R4/workflow-management.html
import type { Appointment, Communication, Encounter, Procedure, Reference, Task } from '@medplum/fhirtypes';
import { CLOSING_RULE, checkClosing, isClaim } from '../referral/closing.ts';
import { decided, follow, isDecided, isOrdered, isWithdrawn, withdrawn } from '../referral/follow.ts';
import { isFollowing, type Order, orderReferenceOf, orderReferences } from '../referral/order.ts';
import { answered, isAnswered, isCall, RECEIPT_RULE } from '../referral/receipt.ts';
import { answeredBy, isNews, type Report } from '../referral/report.ts';
import { isReview } from '../referral/review.ts';
import { settle } from '../referral/settle.ts';
import { toldAbout } from '../referral/told.ts';
import { type Change, type Desk, type Reaction, reaction } from '../write.ts';

/** Settles the loops of some orders, always in the same sequence, so that two units never wait for each other. */
async function settleAll(desk: Desk, references: readonly string[], news?: Report): Promise<void> {
  const orders = new Set(references.map((reference) => reference.replace(/\/_history\/[^/]+$/, '')));
  for (const reference of [...orders].sort()) await settle(desk, reference, news);
}

/** Whether a change brings a resource into a status. */
const becomes = <T extends { status?: string }>(
  { before, after }: { before?: T; after: T },
  statuses: readonly string[],
): boolean => before?.status !== after.status && statuses.includes(after.status ?? '');

const VISIT_MOVES = ['booked', 'fulfilled', 'noshow', 'cancelled'];

/** Whether a task that ends moves a loop on: a review, the follower's task of what was arranged, a call about what is missing. */
const movesLoop = (change: Change<Task>): boolean =>
  becomes(change, ['completed']) &&
  orderReferenceOf(change.after) !== undefined &&
  (isReview(change.after) || isFollowing(change.after) || isCall(change.after));

/** Orders whose visit an encounter was. */
async function ordersOfVisits(desk: Desk, visits: readonly Reference[] | undefined): Promise<string[]> {
  const found: string[] = [];
  for (const { reference } of visits ?? []) {
    const visit = reference ? await desk.read<Appointment>(reference) : undefined;
    if (visit?.resourceType === 'Appointment') found.push(...orderReferences(visit.basedOn));
  }
  return found;
}

const ofOrder = (type: Order['resourceType']): readonly Reaction[] => [
  // An order of an enrolled person gets the task that follows it, unless there is one.
  reaction<Order>({ rule: 'order-followed', type, when: isOrdered, react: follow }),
  // The task that follows an order hears that its provider has been chosen.
  reaction<Order>({ rule: 'network-checked', type, when: isDecided, react: decided }),
  // A task that was not sent yet is cancelled with its order; of whoever has it, the cancellation is asked for.
  reaction<Order>({ rule: 'order-withdrawn', type, when: isWithdrawn, react: withdrawn }),
];

const ofReport = (type: Report['resourceType']): Reaction =>
  // A final report is filed with the task that follows its order, and a review of it is asked for; a correction goes to the
  // review that is open, or asks for another one.
  reaction<Report>({
    rule: 'report-intake',
    type,
    when: isNews,
    react: ({ after }, desk) => settleAll(desk, answeredBy(after), after),
  });

export const referralReactions: readonly Reaction[] = [
  reaction<Task>({ rule: CLOSING_RULE, type: 'Task', when: isClaim, react: checkClosing }),
  reaction<Task>({ rule: RECEIPT_RULE, type: 'Task', when: isAnswered, react: answered }),
  ...ofOrder('ServiceRequest'),
  ...ofOrder('DeviceRequest'),
  // A visit that is booked, kept, missed or called off moves the stage of the referral that it is for.
  reaction<Appointment>({
    rule: 'referral-visit',
    type: 'Appointment',
    when: (change) => becomes(change, VISIT_MOVES) && orderReferences(change.after.basedOn).length > 0,
    react: ({ after }, desk) => settleAll(desk, orderReferences(after.basedOn)),
  }),
  // An encounter that ended shows that the person was seen for the order, or for the visit booked for it.
  reaction<Encounter>({
    rule: 'referral-attended',
    type: 'Encounter',
    when: (change) =>
      becomes(change, ['finished']) &&
      (orderReferences(change.after.basedOn).length > 0 || !!change.after.appointment?.length),
    react: async ({ after }, desk) => {
      const ofVisits = await ordersOfVisits(desk, after.appointment);
      await settleAll(desk, [...new Set([...orderReferences(after.basedOn), ...ofVisits])]);
    },
  }),
  // A procedure that was done shows that what was ordered has happened.
  reaction<Procedure>({
    rule: 'order-performed',
    type: 'Procedure',
    when: (change) => becomes(change, ['completed']) && orderReferences(change.after.basedOn).length > 0,
    react: ({ after }, desk) => settleAll(desk, orderReferences(after.basedOn)),
  }),
  ofReport('DocumentReference'),
  ofReport('DiagnosticReport'),
  // Once the report is reviewed, somebody is asked to tell the person; once what was arranged is done, to ask after its receipt.
  reaction<Task>({
    rule: 'referral-reviewed',
    type: 'Task',
    when: movesLoop,
    react: ({ after }, desk) => settle(desk, orderReferenceOf(after)!),
  }),
  // A contact that tells the person what the review found closes the loop, and the order with it.
  reaction<Communication>({
    rule: 'patient-informed',
    type: 'Communication',
    when: ({ before, after }) =>
      toldAbout(after).length > 0 && (!before || String(toldAbout(before)) !== String(toldAbout(after))),
    react: ({ after }, desk) => settleAll(desk, toldAbout(after)),
  }),
];
