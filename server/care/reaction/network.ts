// What follows from choices of providers: their arithmetic is held, they are recorded, and so is what claims come to.
// https://hl7.org/fhir/R4/workflow.html#request
import type { ExplanationOfBenefit } from '@medplum/fhirtypes';
import { isSettling, settle } from '../network/adjudicate.ts';
import { AVOIDANCE_RULE, isEarlyOutcome, refuseOutcome } from '../network/avoidance.ts';
import type { Order } from '../network/decision.ts';
import { checkSaving, isDecidedByHand, recordDecision, SAVING_RULE } from '../network/record.ts';
import { type Reaction, reaction } from '../write.ts';

/** What follows from a choice for an order of a type. */
const decisionReactions = (type: Order['resourceType']): Reaction[] => [
  // Refuses to tell whether an order could be avoided before it has ended.
  reaction<Order>({ rule: AVOIDANCE_RULE, type, when: isEarlyOutcome, react: refuseOutcome }),
  // Refuses an estimated saving that is not the difference of the two amounts that it stands beside.
  reaction<Order>({ rule: SAVING_RULE, type, when: isDecidedByHand, react: checkSaving }),
  // Records the decision on an order as an Observation too.
  reaction<Order>({
    rule: 'network-decision-recorded',
    type,
    when: isDecidedByHand,
    react: recordDecision,
  }),
];

export const networkReactions: readonly Reaction[] = [
  ...decisionReactions('ServiceRequest'),
  ...decisionReactions('DeviceRequest'),
  // Records what a plan allowed for an order when its claim is decided, beside the estimate; a corrected or withdrawn claim corrects it.
  reaction<ExplanationOfBenefit>({
    rule: 'claim-adjudicated',
    type: 'ExplanationOfBenefit',
    when: isSettling,
    react: settle,
  }),
];
