// The limits that a person sets to being contacted, as a table: what each forbids, and the sentence that refuses it.
// https://hl7.org/fhir/R4/flag.html
import type { CodeableConcept, Flag, Timing } from '@medplum/fhirtypes';
import type { Calendar } from '../calendar.ts';
import { codeOf, extensionOf, hasCode, system } from '../code.ts';
import { isSafeTime } from './safe-times.ts';

export const CONTACT_SAFETY = system('cn-contact-safety');
const GRAVITY = 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes';
const PROHIBITED = 'contacting-subject-prohibited';

/** A contact with a person, or with somebody close to them: planned, or as it took place. */
export interface Contact {
  /** Code of cn-channel; absent: by whatever way. */
  channel?: string | undefined;
  /** When; absent: at no particular time. */
  at?: Date | undefined;
  /** Code of cn-contact-outcome. */
  outcome?: string | undefined;
}

/** Why a contact is refused. */
export interface ContactRefusal {
  readonly rule: string;
  readonly sentence: string;
}

/** A flag that is in force, as what it limits. */
export interface ContactLimit {
  readonly code: string;
  /** Not before this instant, and not after that one. */
  readonly from?: number;
  readonly to?: number;
  /** The times that are safe. */
  readonly times?: Timing;
}

interface LimitKind extends ContactRefusal {
  /** @param limit one that has begun at the time of the contact */
  forbids(contact: Contact, limit: ContactLimit, calendar: Calendar): boolean;
}

const isOver = ({ to }: ContactLimit, at: Date | undefined): boolean =>
  to !== undefined && at !== undefined && at.getTime() > to;

/** What each code forbids. */
export const CONTACT_LIMITS: Readonly<Record<string, LimitKind>> = {
  [PROHIBITED]: {
    rule: 'contact-prohibited',
    sentence:
      'This person must not be contacted: a contact-safety flag, or the order, says so. Send nothing, call nobody, and ask the supervisor how to go on.',
    forbids: ({ at }, limit) => !isOver(limit, at),
  },
  'no-voice-message': {
    rule: 'no-voice-message',
    sentence: 'No voice message may be left for this person. Hang up when they do not answer, and try again.',
    forbids: ({ channel, outcome, at }, limit) =>
      channel === 'phone' && outcome === 'left-message' && !isOver(limit, at),
  },
  'no-text-message': {
    rule: 'no-text-message',
    sentence: 'No text message may be sent to this person. Choose another channel.',
    forbids: ({ channel, at }, limit) => channel === 'sms' && !isOver(limit, at),
  },
  'no-mail': {
    rule: 'no-mail',
    sentence: 'Nothing may be sent to this person by post. Choose another channel.',
    forbids: ({ channel, at }, limit) => channel === 'letter' && !isOver(limit, at),
  },
  'safe-times-only': {
    rule: 'safe-times-only',
    sentence:
      'This person is contacted only at the times that their contact-safety flag names. Choose one of them.',
    forbids: ({ at }, limit, calendar) =>
      at !== undefined && (isOver(limit, at) || (!!limit.times && !isSafeTime(at, limit.times, calendar))),
  },
};

const instant = (text: string | undefined, endOfDay = false): number | undefined => {
  if (!text) return undefined;
  const at = Date.parse(text.length > 10 ? text : text.slice(0, 10));
  return Number.isNaN(at) ? undefined : at + (endOfDay && text.length <= 10 ? 86_399_999 : 0);
};

/** What a flag limits; undefined when it is not in force or is about something else. */
export function limitOf({ status, code, period, extension }: Flag): ContactLimit | undefined {
  if (status !== 'active') return undefined;
  const limit = codeOf(code, CONTACT_SAFETY) ?? (hasCode(code, GRAVITY, PROHIBITED) ? PROHIBITED : undefined);
  if (!limit || !CONTACT_LIMITS[limit]) return undefined;
  const [from, to] = [instant(period?.start), instant(period?.end, true)];
  const times = extensionOf({ extension: extension ?? [] }, 'safe-times')?.valueTiming;
  return {
    code: limit,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(times && { times }),
  };
}

/** Whether an order says that the person must not be contacted. https://hl7.org/fhir/us/sdoh-clinicalcare */
export const prohibitsContact = (orderDetail: readonly CodeableConcept[] | undefined): boolean =>
  hasCode(orderDetail, GRAVITY, PROHIBITED);

/** The limit of an order that forbids contact. */
export const ORDER_LIMIT: ContactLimit = { code: PROHIBITED };

/** Why the limits refuse a contact; undefined when they do not. What was before a limit began is no matter of it. */
export function refusedBy(
  limits: readonly ContactLimit[],
  contact: Contact,
  calendar: Calendar,
): ContactRefusal | undefined {
  const broken = limits.find(
    (limit) =>
      (contact.at === undefined || limit.from === undefined || contact.at.getTime() >= limit.from) &&
      CONTACT_LIMITS[limit.code]!.forbids(contact, limit, calendar),
  );
  if (!broken) return undefined;
  const { rule, sentence } = CONTACT_LIMITS[broken.code]!;
  return { rule, sentence };
}
