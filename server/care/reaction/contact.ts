// What follows from contacts: those that a person does not want, or that would tell others too much, are refused.
// https://hl7.org/fhir/R4/flag.html
import type { Communication, CommunicationRequest, Task } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { contactOf, type OutboundContact, outreachOf, requestedContact } from '../contact/contact-of.ts';
import type { ContactRefusal } from '../contact/limit.ts';
import { contactRefusal, personOf } from '../contact/may-contact.ts';
import { localKey } from '../reference.ts';
import { type Desk, type Reaction, reaction } from '../write.ts';

/** Why a contact is refused: by what the person allows, or by what each of those spoken with may know. */
async function refusalOf(desk: Desk, contact: OutboundContact): Promise<ContactRefusal | undefined> {
  const { patient: named, supports, about, ...rest } = contact;
  const patient = await personOf(desk, named, supports);
  if (!patient) return undefined;
  const recipients = await Promise.all(supports.map((one) => localKey(desk, one, 'RelatedPerson')));
  // Orders forbid a contact whoever is spoken with: they are looked up once.
  const byOrders = await contactRefusal(desk, patient, { ...rest, about });
  if (byOrders) return byOrders;
  for (const recipient of new Set(recipients)) {
    const refusal = recipient && (await contactRefusal(desk, patient, { ...rest, recipient }));
    if (refusal) return refusal;
  }
  return undefined;
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

export const contactReactions: readonly Reaction[] = [
  reaction<Communication>({
    rule: 'contact-prohibited',
    type: 'Communication',
    when: ({ before, after, byRules }) => {
      const contact = byRules ? undefined : contactOf(after);
      return contact !== undefined && !isSame(contact, before && contactOf(before));
    },
    react: async ({ after }, desk) => {
      const contact = contactOf(after)!;
      const refusal = await refusalOf(desk, { ...contact, at: contact.at ?? desk.now });
      if (refusal) throw businessRule(refusal.sentence, 'Communication', refusal.rule);
    },
  }),
  reaction<CommunicationRequest>({
    rule: 'contact-prohibited',
    type: 'CommunicationRequest',
    when: ({ before, after, byRules }) => {
      const contact = byRules ? undefined : requestedContact(after);
      return contact !== undefined && !isSame(contact, before && requestedContact(before));
    },
    react: async ({ after }, desk) => {
      const refusal = await refusalOf(desk, requestedContact(after)!);
      if (refusal) throw businessRule(refusal.sentence, 'CommunicationRequest', refusal.rule);
    },
  }),
  reaction<Task>({
    rule: 'contact-prohibited',
    type: 'Task',
    when: ({ before, after }) => {
      const contact = outreachOf(after);
      if (!contact) return false;
      return before?.status !== after.status || !isSame(contact, outreachOf(before));
    },
    react: async ({ before, after, byRules }, desk) => {
      const { supports: _theirPlace, ...contact } = outreachOf(after)!;
      const refusal = await refusalOf(desk, { ...contact, supports: [] });
      if (!refusal) return;
      if (!byRules) throw businessRule(refusal.sentence, 'Task.code', refusal.rule);
      // What a rule has planned is left out; that it was planned stays to be seen.
      const own = before ? undefined : await desk.lock<Task>(`Task/${after.id}`);
      if (own) desk.update({ ...own, status: 'cancelled', statusReason: { text: refusal.sentence } });
    },
  }),
];
