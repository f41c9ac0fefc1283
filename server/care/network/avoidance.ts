// Orders that could be avoided: whether one was is known when it has ended, and not before.
// https://hl7.org/fhir/R4/valueset-request-status.html
import { businessRule } from '../../fhir/errors.ts';
import { extensionOf } from '../code.ts';
import type { Change } from '../write.ts';
import type { Order } from './decision.ts';

export const AVOIDANCE_RULE = 'avoidance-outcome';
const ENDED: readonly (string | undefined)[] = ['revoked', 'completed', 'entered-in-error'];

/** Whether an order that is under way tells of its being avoided. */
export const isEarlyOutcome = ({ after }: Change<Order>): boolean =>
  extensionOf(after, AVOIDANCE_RULE) !== undefined && !ENDED.includes(after.status);

/** @throws FhirError 409 with rule `avoidance-outcome` */
export function refuseOutcome({ after }: Change<Order>): Promise<void> {
  throw businessRule(
    `The order is ${after.status}. Tell whether it could be avoided when you revoke or complete it, or leave avoidance-outcome out.`,
    `${after.resourceType}.extension`,
    AVOIDANCE_RULE,
  );
}
