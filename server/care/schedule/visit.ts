// A visit: an Appointment that navigation or coordination looks after, and what the rules of scheduling read in it.
// https://hl7.org/fhir/R4/appointment.html
import type {
  Appointment,
  AppointmentParticipant,
  CodeableConcept,
  Coding,
  Extension,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import { CATEGORY, codeOf, extensionOf, extensionUrl, hasCode, system } from '../code.ts';
import { relativeKey, tailOf } from '../reference.ts';

export type VisitStatus = Appointment['status'];

/** Who takes part as what. */
export const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const PARTICIPANT_TYPE = 'http://terminology.hl7.org/CodeSystem/participant-type';
/** Why an appointment was cancelled. */
export const CANCELLATION_REASON = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason';

/** Statuses in which a visit keeps its slots, and how a slot says so. https://hl7.org/fhir/R4/valueset-slotstatus.html */
const SLOT_STATUS: Readonly<Partial<Record<VisitStatus, 'busy' | 'busy-tentative'>>> = {
  pending: 'busy-tentative',
  booked: 'busy',
  'checked-in': 'busy',
  arrived: 'busy',
  fulfilled: 'busy',
};
/** Statuses in which a visit takes the time of those who take part. */
export const OCCUPYING: readonly VisitStatus[] = ['pending', 'booked', 'checked-in', 'arrived'];
/** Statuses that promise a visit to come. */
export const PROMISED: readonly VisitStatus[] = ['pending', 'booked'];

/** Whether an appointment is one that we look after: only those are held to these rules. */
export const isVisit = (resource: Resource | undefined): resource is Appointment =>
  resource?.resourceType === 'Appointment' && hasCode(resource.serviceCategory, CATEGORY, 'appointment');

/** `Type/id` of a reference without its version; one to an address is left as it is written. */
const keyIn = (reference: Reference | undefined): string[] => {
  const key = relativeKey(reference) ?? reference?.reference;
  return key ? [key] : [];
};
/** `Type/id` of those who take part, for comparing them. */
const actorsOf = (participants: readonly AppointmentParticipant[]): string[] =>
  participants.flatMap(({ actor }) => tailOf(actor) ?? []);

/** The slots that a visit keeps, each with the status that it gives them. */
export function claimsOf(visit: Appointment | undefined): ReadonlyMap<string, 'busy' | 'busy-tentative'> {
  const status = isVisit(visit) ? SLOT_STATUS[visit.status] : undefined;
  return new Map(status ? (visit!.slot ?? []).flatMap(keyIn).map((key) => [key, status]) : []);
}

/** The statuses in which a visit keeps its slots, for a search. */
export const CLAIMING = Object.keys(SLOT_STATUS).join(',');

/** From when to when a visit is, in milliseconds; undefined while it has no time. */
export function timeOf({ start, end }: Appointment): { start: number; end: number } | undefined {
  return start && end ? { start: Date.parse(start), end: Date.parse(end) } : undefined;
}

/** The patient of a visit, `Patient/…`. */
export const patientOf = (visit: Appointment): string | undefined =>
  visit.participant.flatMap(({ actor }) => keyIn(actor)).find((key) => /(^|\/)Patient\//.test(key));

/** The appointment that a visit replaces, `Appointment/…`. */
export const replacedBy = (visit: Appointment): string | undefined =>
  keyIn(extensionOf(visit, 'rescheduled-from')?.valueReference)[0];

/** Whether a visit is the first of a new care relationship. */
export const isFirstContact = (visit: Appointment): boolean =>
  extensionOf(visit, 'first-contact')?.valueBoolean === true;

/** What a person needs in order to come and to be understood, and that has to be arranged. */
export type Need = 'interpreter' | 'transport';

interface NeedKind {
  /** Part of the extension access-needs that states it. */
  readonly part: string;
  /** What whoever meets the need takes part as. */
  readonly participant: Coding;
  /** Code of cn-barrier-type. */
  readonly barrier: string;
}

export const NEEDS: Readonly<Record<Need, NeedKind>> = {
  interpreter: {
    part: 'interpreterLanguage',
    participant: { system: PARTICIPANT_TYPE, code: 'translator' },
    barrier: 'language',
  },
  transport: {
    part: 'transport',
    participant: { system: system('cn-participant-type'), code: 'transport' },
    barrier: 'transport',
  },
};
export const NEED_NAMES = Object.keys(NEEDS) as readonly Need[];

/** How a visit states a need; undefined when it does not. */
export const needOf = (visit: Appointment, need: Need): CodeableConcept | undefined =>
  extensionOf(visit, 'access-needs')?.extension?.find(({ url }) => url === NEEDS[need].part)
    ?.valueCodeableConcept;

/** A visit that states needs beside those that it states already. */
export function withNeeds(
  visit: Appointment,
  needs: Readonly<Partial<Record<Need, CodeableConcept>>>,
): Appointment {
  const parts = NEED_NAMES.flatMap((need): Extension[] => {
    const value = needOf(visit, need) ? undefined : needs[need];
    return value ? [{ url: NEEDS[need].part, valueCodeableConcept: value }] : [];
  });
  if (!parts.length) return visit;
  const stated = extensionOf(visit, 'access-needs');
  const whole = { url: extensionUrl('access-needs'), extension: [...(stated?.extension ?? []), ...parts] };
  return { ...visit, extension: [...(visit.extension ?? []).filter((one) => one !== stated), whole] };
}

const meets =
  (need: Need) =>
  ({ type }: AppointmentParticipant): boolean =>
    codeOf(type, NEEDS[need].participant.system!) === NEEDS[need].participant.code;

/** Whoever meets a need at a visit, asked or agreed. */
export const helpersOf = (visit: Appointment, need: Need): AppointmentParticipant[] =>
  visit.participant.filter(meets(need));

/** Whether somebody has agreed to meet a need. */
export const isMet = (visit: Appointment, need: Need): boolean =>
  helpersOf(visit, need).some(({ status }) => status === 'accepted');

const PEOPLE = new Set(['Patient', 'Practitioner', 'PractitionerRole']);

const helps = (one: AppointmentParticipant): boolean => NEED_NAMES.some((need) => meets(need)(one));

/** Those whose time a visit takes: the patient and the practitioners who have to be there; not who interprets or drives. */
export function occupiedBy(visit: Appointment): string[] {
  const bound = visit.participant.filter(
    (one) => (one.required ?? 'required') === 'required' && one.status !== 'declined' && !helps(one),
  );
  return [...new Set(actorsOf(bound).filter((reference) => PEOPLE.has(reference.split('/')[0]!)))];
}

/** The practitioners, services and places that a visit names. */
export const wantedActors = (visit: Appointment): string[] =>
  actorsOf(visit.participant.filter((one) => !helps(one))).filter(
    (reference) => !reference.startsWith('Patient/'),
  );
