// A call, a message or a meeting with a person, as it is recorded; and what its outcome means for the task that it is about.
// https://hl7.org/fhir/R4/communication.html
import type { Communication, Extension, Reference, Task } from '@medplum/fhirtypes';
import { CATEGORY, extensionUrl, QUERY_TOPIC } from './systems.ts';
import { familyCode } from './task.ts';
import type { Actor } from './task-change.ts';

/** The ways of reaching a person, the most common first: codes of cn-channel. */
export const CHANNELS = ['phone', 'portal', 'sms', 'in-person', 'video', 'secure-message', 'letter'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Codes of cn-query-topic, those that a clinician must hear of at once last. */
export const TOPICS = [
  'appointment',
  'transport',
  'referral-status',
  'coverage',
  'cost-estimate',
  'provider-search',
  'authorisation-status',
  'id-card',
  'pharmacy',
  'bill',
  'records',
  'other',
  'symptom',
  'crisis',
] as const;
export type Topic = (typeof TOPICS)[number];

export type Direction = 'outbound' | 'inbound';

/** What came of it, in the words of the choice; each has a code of cn-contact-outcome. */
const CODES = {
  reached: 'reached',
  'reached-follow-up': 'reached',
  'no-answer': 'no-answer',
  'left-message': 'left-message',
  'wrong-number': 'wrong-number',
  disconnected: 'disconnected',
  declined: 'declined',
} as const;
export type ContactOutcome = keyof typeof CODES;

/** What is recorded. */
export interface Contact {
  /** Logical id of the patient whom it is about. */
  readonly patient: string;
  /** `Patient/…`, or `RelatedPerson/…` of somebody close to them. */
  readonly with: string;
  readonly channel: Channel;
  readonly direction: Direction;
  readonly outcome: ContactOutcome;
  readonly topic?: Topic | undefined;
  /** When; the moment of writing when absent. */
  readonly at?: Date | undefined;
  /** May be empty. */
  readonly note: string;
  /** The task and the orders that it is about. */
  readonly about: readonly string[];
  /** The question that it answers. */
  readonly answers?: string | undefined;
}

/** Ways in which both can speak. */
const SPOKEN: ReadonlySet<Channel> = new Set(['phone', 'video', 'in-person']);
/** Ways in which one either reaches somebody or not; whatever is written is sent. */
const CALLS: ReadonlySet<Channel> = new Set(['phone', 'video']);
const REACHED: ReadonlySet<ContactOutcome> = new Set(['reached', 'reached-follow-up']);

/** The code of cn-contact-outcome. */
export const outcomeCode = (outcome: ContactOutcome): string => CODES[outcome];

/** Whether somebody was reached. */
export const isReached = (outcome: ContactOutcome): boolean => REACHED.has(outcome);

/**
 * The outcomes that a contact can have, the most common first.
 * @param mayLeaveMessage whether a voice message may be left
 */
export function contactOutcomes(
  channel: Channel,
  direction: Direction,
  mayLeaveMessage: boolean,
): readonly ContactOutcome[] {
  if (direction === 'inbound') return ['reached', 'reached-follow-up'];
  const missed: readonly ContactOutcome[] = CALLS.has(channel)
    ? [
        'no-answer',
        ...(mayLeaveMessage && channel === 'phone' ? (['left-message'] as const) : []),
        'wrong-number',
        'disconnected',
      ]
    : ['no-answer'];
  return ['reached', 'reached-follow-up', ...missed, 'declined'];
}

const MODE = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationMode';
const MODES: Readonly<Record<Channel, string>> = {
  phone: 'PHONE',
  portal: 'EMAILWRIT',
  sms: 'SMSWRIT',
  'in-person': 'FACE',
  video: 'VIDEOCONF',
  'secure-message': 'EMAILWRIT',
  letter: 'MAILWRIT',
};

const code = (id: string, valueCode: string): Extension => ({ url: extensionUrl(id), valueCode });

/** The extensions of every contact. */
function extensionsOf({ channel, direction, outcome }: Pick<Contact, 'channel' | 'direction' | 'outcome'>) {
  const isSpoken = isReached(outcome) && SPOKEN.has(channel);
  return [
    code('direction', direction),
    code('channel', channel),
    code('contact-outcome', outcomeCode(outcome)),
    { url: extensionUrl('interactive'), valueBoolean: isSpoken },
  ];
}

/** The contact as a record. */
export function communicationOf(contact: Contact, { me, author, now }: Actor): Communication {
  const { patient, direction, topic, note, about, channel, answers } = contact;
  const at = (contact.at ?? now).toISOString();
  const other: Reference = { reference: contact.with };
  const [sender, recipient] = direction === 'outbound' ? [me, other] : [other, me];
  return {
    resourceType: 'Communication',
    meta: { profile: [extensionUrl('cn-communication')] },
    extension: extensionsOf(contact),
    status: 'completed',
    category: [{ coding: [{ system: CATEGORY, code: 'contact' }] }],
    medium: [{ coding: [{ system: MODE, code: MODES[channel] }] }],
    subject: { reference: `Patient/${patient}` },
    ...(topic && { topic: { coding: [{ system: QUERY_TOPIC, code: topic }] } }),
    ...(about.length && { about: about.map((reference) => ({ reference })) }),
    ...(answers && direction === 'outbound' && { inResponseTo: [{ reference: answers }] }),
    sent: at,
    ...(direction === 'inbound' && { received: at }),
    sender: sender as Communication['sender'],
    recipient: [recipient] as Communication['recipient'],
    ...(note && {
      note: [{ text: note, time: now.toISOString(), ...(author && { authorReference: author }) }],
    }),
  };
}

/** Tasks that are done when somebody was spoken with. */
const DONE_BY_CONTACT: ReadonlySet<string> = new Set([
  'nav-inbound-query',
  'nav-reminder',
  'nav-no-show-recovery',
  'nav-new-member-welcome',
  'outreach-attempt',
  'coord-post-visit-followup',
  'coord-transition-contact',
]);
/** What ends such a task: the person was reached, or does not want to be. */
const ENDS: ReadonlySet<ContactOutcome> = new Set(['reached', 'reached-follow-up', 'declined']);

export const isDoneByContact = (task: Task): boolean => DONE_BY_CONTACT.has(familyCode(task) ?? '');

/** Whether a contact with this outcome completes the task. */
export const completes = (task: Task | undefined, outcome: ContactOutcome): boolean =>
  task !== undefined && isDoneByContact(task) && ENDS.has(outcome);

/** What is said, and to whom, of an order whose report was reviewed: a contact about the order closes its loop. */
const TELLS = 'coord-post-visit-followup';
const ORDER = /^(?:ServiceRequest|DeviceRequest)\//;

/** What a contact from this task is about. */
export function aboutOf(task: Task | undefined): readonly string[] {
  if (!task) return [];
  const orders = [task.focus, ...(task.basedOn ?? [])].flatMap(({ reference } = {}) =>
    reference && ORDER.test(reference) ? reference : [],
  );
  return [`Task/${task.id}`, ...(familyCode(task) === TELLS ? new Set(orders) : [])];
}

/** The question that a task is to answer. */
export function questionOf(task: Task | undefined): string | undefined {
  const asked = task?.focus?.reference;
  return task && familyCode(task) === 'nav-inbound-query' && asked?.startsWith('Communication/')
    ? asked
    : undefined;
}

/** The attempts that reached nobody, among the patient's contacts: those about the task, or about what it is for. */
export function attemptsFor(
  contacts: readonly Communication[],
  { id, focus }: Task,
): readonly Communication[] {
  const meant = new Set([`Task/${id}`, focus?.reference]);
  return contacts.filter(
    ({ about = [], extension = [] }) =>
      about.some(({ reference }) => meant.has(reference)) &&
      extension.some(
        ({ url, valueCode }) => url === extensionUrl('contact-outcome') && valueCode !== 'reached',
      ),
  );
}

/** The channel by which a task is to be done, where it says one. */
export function channelOf(task: Task | undefined): Channel | undefined {
  const said = task?.extension?.find(({ url }) => url === extensionUrl('channel'))?.valueCode;
  return CHANNELS.find((one) => one === said);
}
