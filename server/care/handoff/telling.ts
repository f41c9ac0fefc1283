// Tells the person who looks after them now, unless contact is not safe. https://hl7.org/fhir/R4/communication.html
import type { Communication, Patient, Practitioner, PractitionerRole, Task } from '@medplum/fhirtypes';
import { CATEGORY, concept, extensionUrl, referenceTo } from '../code.ts';
import { mayContact } from '../contact/may-contact.ts';
import type { Lane } from '../people.ts';
import type { Desk } from '../write.ts';
import { languageOf, tellingOf } from './words.ts';

/** Name of somebody in a role, as it is on record. */
async function nameOf(desk: Desk, role: PractitionerRole | undefined): Promise<string | undefined> {
  if (role?.practitioner?.display) return role.practitioner.display;
  const person = role?.practitioner?.reference
    ? await desk.read<Practitioner>(role.practitioner.reference)
    : undefined;
  const name = person?.name?.[0];
  return name?.text ?? (name && [...(name.given ?? []), name.family].filter(Boolean).join(' ')) ?? undefined;
}

/**
 * Writes the message to the person. @param by `PractitionerRole/…` of whoever took over
 * @returns whether it was written: not when the person must not be contacted
 */
export async function tell(
  desk: Desk,
  task: Task,
  patient: string,
  side: Lane,
  by: string,
): Promise<boolean> {
  const channel = 'portal';
  const person = await desk.read<Patient>(patient);
  if (!person || !(await mayContact(desk, patient, { channel, at: desk.now }))) return false;
  const language = languageOf(person);
  const name = await nameOf(desk, await desk.read<PractitionerRole>(by));
  desk.create<Communication>({
    resourceType: 'Communication',
    language,
    extension: [
      { url: extensionUrl('direction'), valueCode: 'outbound' },
      { url: extensionUrl('channel'), valueCode: channel },
      { url: extensionUrl('interactive'), valueBoolean: false },
    ],
    status: 'completed',
    category: [concept(CATEGORY, 'contact')],
    subject: { reference: patient },
    about: [referenceTo(task)],
    sent: desk.now.toISOString(),
    recipient: [{ reference: patient }],
    sender: { reference: by },
    payload: [{ contentString: tellingOf(language, side, name) }],
  });
  return true;
}
