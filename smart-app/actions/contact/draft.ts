// What is typed into the form of a contact, and the answer that stands there already.
// https://hl7.org/fhir/R4/communication.html
import type { Channel, ContactOutcome, Direction, Topic } from '../../fhir/contact.ts';
import type { LineDraft } from '../minutes/line.tsx';

export interface ContactDraft {
  outcome?: ContactOutcome;
  /** `RelatedPerson/…`; empty: the patient. */
  support: string;
  /** Absent: the way of the task, or the first that is open. */
  channel?: Channel;
  direction: Direction;
  topic?: Topic;
  /** As a field of date and time writes it; empty: now. */
  when: string;
  note: string;
  minutes: LineDraft;
}

export const EMPTY: ContactDraft = { support: '', direction: 'outbound', when: '', note: '', minutes: {} };

/** The moment that is typed; undefined: now. */
export const momentOf = ({ when }: ContactDraft): Date | undefined => (when ? new Date(when) : undefined);

/** A moment as a field of date and time writes it, on the clock of the user. */
export function localMoment(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
