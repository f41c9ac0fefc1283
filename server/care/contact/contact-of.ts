// What a record is as a contact: whether it goes out to the person or to somebody close to them, by which way, about what.
// https://hl7.org/fhir/R4/communication.html
import type {
  CodeableConcept,
  Communication,
  CommunicationRequest,
  Reference,
  Task,
} from '@medplum/fhirtypes';
import { codeOf, extensionOf, system, TASK_CODE } from '../code.ts';
import { tailOf } from '../reference.ts';
import type { Contact } from './limit.ts';

/** A contact that goes out. */
export interface OutboundContact extends Contact {
  /** The person, as the record names them. */
  patient?: Reference | undefined;
  /** Those close to the person who are spoken with. */
  supports: readonly Reference[];
  /** Codes of cn-query-topic. */
  topics: readonly string[];
  /** What it is about: requests, tasks, appointments. */
  about: readonly Reference[];
}

const QUERY_TOPIC = system('cn-query-topic');
const MODE = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationMode';
/** Channels of our own by the ways of HL7. */
const CHANNELS: Readonly<Record<string, string>> = {
  PHONE: 'phone',
  SMSWRIT: 'sms',
  MAILWRIT: 'letter',
  FAXWRIT: 'fax',
  EMAILWRIT: 'secure-message',
  VIDEOCONF: 'video',
  FACE: 'in-person',
};
const channelIn = (medium: CodeableConcept[] | undefined): string | undefined =>
  CHANNELS[codeOf(medium, MODE) ?? ''];

const isOf = (type: string) => (reference: Reference) =>
  tailOf(reference)?.startsWith(`${type}/`) ?? reference.type === type;
const isPatient = isOf('Patient');
const isSupport = isOf('RelatedPerson');
const isPerson = (reference: Reference) => isPatient(reference) || isSupport(reference);

const TAKING_PLACE: ReadonlySet<string> = new Set(['preparation', 'in-progress', 'completed']);

/** A Communication as a contact that goes out; undefined when it is none, did not take place, or was begun by the person. */
export function contactOf(communication: Communication): OutboundContact | undefined {
  const { status, recipient = [], sender, subject, about = [], basedOn = [], topic, medium } = communication;
  if (!TAKING_PLACE.has(status)) return undefined;
  const direction = extensionOf(communication, 'direction')?.valueCode;
  const people = (recipient as Reference[]).filter(isPerson);
  const goesOut = direction ? direction === 'outbound' : !(sender && isPerson(sender as Reference));
  const isWithPerson = people.length > 0 || (direction === 'outbound' && !recipient.length);
  if (!goesOut || !isWithPerson) return undefined;
  return {
    channel: extensionOf(communication, 'channel')?.valueCode ?? channelIn(medium),
    at: communication.sent ? new Date(communication.sent) : undefined,
    outcome: extensionOf(communication, 'contact-outcome')?.valueCode,
    patient: (subject as Reference | undefined) ?? people.find(isPatient),
    supports: people.filter(isSupport),
    topics: [codeOf(topic, QUERY_TOPIC)].flatMap((code) => code ?? []),
    about: [...about, ...basedOn] as Reference[],
  };
}

/** A request for a contact; undefined when it is not in force, or asks that there be none. */
export function requestedContact(request: CommunicationRequest): OutboundContact | undefined {
  const { status, doNotPerform, recipient = [], subject, about = [], basedOn = [], medium } = request;
  const people = (recipient as Reference[]).filter(isPerson);
  if (status !== 'active' || doNotPerform || (recipient.length && !people.length)) return undefined;
  return {
    channel: channelIn(medium),
    at: request.occurrenceDateTime ? new Date(request.occurrenceDateTime) : undefined,
    patient: (subject as Reference | undefined) ?? people.find(isPatient),
    supports: people.filter(isSupport),
    topics: [],
    about: [...about, ...basedOn] as Reference[],
  };
}

/** Tasks that reach out to the person. */
export const OUTREACH: ReadonlySet<string> = new Set([
  'nav-reminder',
  'nav-no-show-recovery',
  'nav-new-member-welcome',
  'outreach-attempt',
  'patient-to-do',
]);
/** To-dos of the person, in the codes of others. */
const TO_DO: ReadonlySet<string> = new Set([
  'make-contact',
  'review-material',
  'general-information',
  'complete-questionnaire',
]);
const AHEAD: ReadonlySet<string> = new Set(['requested', 'received', 'accepted', 'ready', 'in-progress']);

/** Whether a task asks something of the person, or of somebody close to them. */
const isToDo = ({ owner, code }: Task): boolean =>
  !!owner && isPerson(owner as Reference) && !!code?.coding?.some((one) => TO_DO.has(one.code ?? ''));

/** Whether a task that reaches out is meant for others than the person: an organisation, a practice. */
const isForOthers = ({ restriction }: Task): boolean => {
  const recipients = (restriction?.recipient ?? []) as Reference[];
  return recipients.length > 0 && !recipients.some(isPerson);
};

/** A task as a contact that is still to be made; undefined when it reaches out to nobody, or has ended. */
export function outreachOf(task: Task): OutboundContact | undefined {
  const { status, code, focus, basedOn = [], owner } = task;
  if (!AHEAD.has(status)) return undefined;
  const isOutreach = OUTREACH.has(codeOf(code, TASK_CODE) ?? '') || isToDo(task);
  if (!isOutreach || isForOthers(task)) return undefined;
  return {
    channel: extensionOf(task, 'channel')?.valueCode,
    patient: task.for as Reference | undefined,
    supports: owner && isSupport(owner as Reference) ? [owner as Reference] : [],
    topics: [],
    about: [focus, ...basedOn].flatMap((one) => (one as Reference | undefined) ?? []),
  };
}
