// Whether a person was told what a report says: by somebody they could speak with, or by the portal, once it was reviewed.
// https://hl7.org/fhir/R4/communication.html
import type { Communication, Task } from '@medplum/fhirtypes';
import { CATEGORY, extensionOf, hasCode, keyOf } from '../code.ts';
import { orderReferences, refersTo } from './order.ts';

/** Ways by which a message reaches nobody but the person, so that it need not be a talk. */
const PORTALS: ReadonlySet<string | undefined> = new Set(['portal', 'secure-message']);

const BY_THE_PERSON = /(?:^|\/)(?:Patient|RelatedPerson)\//;

/** The orders that a contact with a person is about; none for any other communication. */
export function toldAbout(contact: Communication): string[] {
  return contact.status === 'completed' && hasCode(contact.category, CATEGORY, 'contact')
    ? orderReferences(contact.about)
    : [];
}

/** Whether a contact reached somebody: nobody who was left a message was told. */
function hasReached(contact: Communication): boolean {
  const outcome = extensionOf(contact, 'contact-outcome')?.valueCode;
  if (outcome && outcome !== 'reached') return false;
  return (
    extensionOf(contact, 'interactive')?.valueBoolean === true ||
    PORTALS.has(extensionOf(contact, 'channel')?.valueCode)
  );
}

/**
 * Whether a contact tells the person, or somebody who may know, what the review found: it went out to them, reached them, and
 * did so after the review, unless the review itself names it.
 * @param supports references of the natural supports in the person's team
 */
export function tells(
  contact: Communication,
  patient: string,
  supports: readonly string[],
  review: Task,
): boolean {
  if (extensionOf(contact, 'direction')?.valueCode !== 'outbound' || !hasReached(contact)) return false;
  // What they write themselves tells nobody but the team.
  if (BY_THE_PERSON.test(contact.sender?.reference ?? '')) return false;
  const listeners = [patient, ...supports];
  const isHeard = (contact.recipient ?? []).some((one) =>
    listeners.some((listener) => refersTo(one, listener)),
  );
  if (!isHeard) return false;
  const named = (review.output ?? []).some(({ valueReference }) => refersTo(valueReference, keyOf(contact)));
  const sent = Date.parse(contact.sent ?? contact.received ?? '');
  return named || sent >= Date.parse(review.executionPeriod?.end ?? '');
}
