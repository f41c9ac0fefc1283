// What the rules add to the tasks of a referral as they are written: how far it has come, and what a review has reviewed.
// https://hl7.org/fhir/R4/task.html
import type { Resource } from '@medplum/fhirtypes';
import type { CareWrite } from '../write.ts';
import { withReviewed } from './review.ts';
import { withStage } from './stage.ts';

/** A resource with what the rules of referrals add to it; every other than a task of ours as it is. */
export function completeReferral({ before, after, now }: CareWrite & { after: Resource }): Resource {
  if (after.resourceType !== 'Task') return after;
  const previous = before?.resourceType === 'Task' ? before : undefined;
  return withReviewed(previous, withStage(previous, after, now));
}
