// Visits as they are found, booked, moved, called off and waited for.
// https://hl7.org/fhir/R4/appointment.html
import type {
  Appointment,
  Bundle,
  CodeableConcept,
  Extension,
  ParametersParameter,
  Patient,
  Reference,
} from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { FhirFailure, WrongPatient } from './failure.ts';
import { extensionUrl, INTERPRETER_NEEDED } from './systems.ts';

/** Days that are looked through for a free time. */
export const DAYS = 90;
const DAY = 86_400_000;
const CANCELLATION = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason';

const extensionOf = ({ extension = [] }: { extension?: Extension[] }, id: string): Extension | undefined =>
  extension.find(({ url }) => url === extensionUrl(id));

/** Whose visit it is, `Patient/…`. */
export const patientOf = ({ participant }: Appointment): string | undefined =>
  participant.map(({ actor }) => actor?.reference).find((one) => one?.startsWith('Patient/'));

/** References of those who give the visit and of its place. */
export const actorsOf = ({ participant }: Appointment): readonly string[] =>
  participant.flatMap(({ actor }) =>
    actor?.reference && /^(Practitioner|PractitionerRole|HealthcareService|Location)\//.test(actor.reference)
      ? [actor.reference]
      : [],
  );

/** What is looked for. */
export interface TimeWish {
  /** `Patient/…`. */
  readonly patient: string;
  /** `Organization/…`; every practice that has a calendar without it. */
  readonly practice?: string | undefined;
  /** The first day, `2026-03-05`. */
  readonly from?: string | undefined;
  readonly count?: number;
}

/** Visits that could be booked, the earliest first. */
export async function freeTimes(client: Client, wish: TimeWish, now: Date): Promise<readonly Appointment[]> {
  const { patient, practice, from, count } = wish;
  const start = from ? new Date(`${from}T00:00:00`) : now;
  const input: ParametersParameter[] = [
    { name: 'patient', valueReference: { reference: patient } },
    { name: 'start', valueDateTime: start.toISOString() },
    { name: 'end', valueDateTime: new Date(start.getTime() + DAYS * DAY).toISOString() },
    ...(practice ? [{ name: 'organization', valueReference: { reference: practice } }] : []),
    ...(count ? [{ name: '_count', valueInteger: count }] : []),
  ];
  const bundle = await client.operation<Bundle>('Appointment/$find', { input });
  const visits = (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'Appointment' ? [resource] : [],
  );
  if (visits.some((one) => patientOf(one) !== patient)) throw new WrongPatient();
  return visits;
}

/** What stands for a free time: its slot. */
export const slotOf = ({ slot }: Appointment): string => slot?.[0]?.reference ?? '';

/** The free slots that a refusal names, because the one that was meant is taken; undefined for other failures. */
export function slotsInstead(error: unknown): readonly string[] | undefined {
  if (!(error instanceof FhirFailure) || error.status !== 409) return undefined;
  const taken = error.issues.find(({ details }) => details?.coding?.[0]?.code === 'slot-taken');
  return taken && [...(taken.diagnostics ?? '').matchAll(/(Slot\/[\w.-]+) \(/g)].map(([, slot]) => slot!);
}

/** Visits by the day on which they begin, in their order. */
export function byDay(visits: readonly Appointment[]): readonly (readonly [Date, readonly Appointment[]])[] {
  const days = new Map<string, Appointment[]>();
  for (const visit of visits) {
    const day = new Date(visit.start!).toDateString();
    days.set(day, [...(days.get(day) ?? []), visit]);
  }
  return [...days.values()].map((list) => [new Date(list[0]!.start!), list] as const);
}

/** What a person needs in order to come and to be understood. */
export interface Needs {
  readonly interpreter?: CodeableConcept | undefined;
  readonly transport?: CodeableConcept | undefined;
}

/** What a visit says that is needed. */
export function needsOf(visit: Appointment | undefined): Needs {
  const stated = (visit && extensionOf(visit, 'access-needs')?.extension) ?? [];
  const part = (name: string) => stated.find(({ url }) => url === name)?.valueCodeableConcept;
  return { interpreter: part('interpreterLanguage'), transport: part('transport') };
}

/** The language in which somebody is spoken with, and whether an interpreter is needed for it. */
export function languageOf(patient: Patient): { language?: CodeableConcept; needsInterpreter: boolean } {
  const said = patient.communication?.find(({ preferred }) => preferred) ?? patient.communication?.[0];
  const needsInterpreter = (patient.extension ?? []).some(
    ({ url, valueBoolean, valueCoding }) =>
      INTERPRETER_NEEDED.includes(url) && (valueBoolean === true || valueCoding?.code === '373066001'),
  );
  return { ...(said && { language: said.language }), needsInterpreter };
}

/** The code of a language. */
export const tagOf = (language: CodeableConcept | undefined): string | undefined =>
  language?.coding?.find(({ code }) => code)?.code;

/** What a visit is booked with, beside its time. */
export interface Booking extends Needs {
  /** `ServiceRequest/…` that it is for. */
  readonly order?: string | undefined;
  readonly description?: string | undefined;
  readonly isFirst: boolean;
  readonly comment?: string | undefined;
  /** The visit that it takes the place of. */
  readonly replaces?: Appointment | undefined;
  readonly reason?: CodeableConcept | undefined;
  /** The stored visit that waited for a time. */
  readonly waiting?: Appointment | undefined;
}

/** A visit that waited, at the time that was found for it. */
const onto = (waiting: Appointment, found: Appointment): Appointment => ({
  ...waiting,
  ...found,
  id: waiting.id!,
  ...(waiting.meta && { meta: waiting.meta }),
  extension: [...(waiting.extension ?? [])],
});

/** The parameters of $book. @param found a visit as $find proposes it */
export function bookInput(found: Appointment, booking: Booking): ParametersParameter[] {
  const { order, description, isFirst, comment, replaces, reason, interpreter, transport, waiting } = booking;
  const based = order ? [{ reference: order } as Reference<never>] : (replaces ?? waiting)?.basedOn;
  const visit = waiting ? onto(waiting, found) : found;
  const first = { url: extensionUrl('first-contact'), valueBoolean: true };
  const resource: Appointment = {
    ...visit,
    ...(isFirst && { extension: [...(visit.extension ?? []), first] }),
    ...(description && { description }),
    ...(based && { basedOn: based }),
  };
  return [
    { name: 'appt-resource', resource },
    ...(interpreter ? [{ name: 'interpreter-language', valueCodeableConcept: interpreter }] : []),
    ...(transport ? [{ name: 'transport', valueCodeableConcept: transport }] : []),
    ...(replaces
      ? [{ name: 'rescheduled-from', valueReference: { reference: `Appointment/${replaces.id}` } }]
      : []),
    ...(replaces && reason ? [{ name: 'reason', valueCodeableConcept: reason }] : []),
    ...(comment ? [{ name: 'comment', valueString: comment }] : []),
  ];
}

/** Why a visit is called off, by code of R4's appointment-cancellation-reason; the first is said most. */
export const REASONS = ['pat', 'pat-lt', 'oth-int', 'oth-fin', 'prov', 'other'] as const;
export type Reason = (typeof REASONS)[number];

export const reasonConcept = (code: Reason, text: string): CodeableConcept => ({
  coding: [{ system: CANCELLATION, code }],
  text,
});

/** A visit, called off. */
export const calledOff = (visit: Appointment, reason: CodeableConcept): Appointment => ({
  ...visit,
  status: 'cancelled',
  cancelationReason: reason,
});

const COMING: readonly Appointment['status'][] = ['proposed', 'pending', 'booked'];
const MISSED: readonly Appointment['status'][] = ['noshow', 'cancelled'];
/** A missed visit is made up for within this time. */
const WON_BACK = 60 * DAY;

/** Visits that can be moved or called off, and missed ones whose place nobody has taken. */
export interface Movable {
  readonly coming: readonly Appointment[];
  /** Entries of a wait list. */
  readonly waiting: readonly Appointment[];
  readonly missed: readonly Appointment[];
}

export function movable(visits: readonly Appointment[], now: Date): Movable {
  const begins = ({ start }: Appointment) => (start ? new Date(start).getTime() : 0);
  const followed = new Set(
    visits
      .filter(({ status }) => status !== 'entered-in-error')
      .map((visit) => extensionOf(visit, 'rescheduled-from')?.valueReference?.reference),
  );
  return {
    coming: visits.filter((visit) => COMING.includes(visit.status) && begins(visit) > now.getTime()),
    waiting: visits.filter(({ status }) => status === 'waitlist'),
    missed: visits.filter(
      (visit) =>
        MISSED.includes(visit.status) &&
        begins(visit) > now.getTime() - WON_BACK &&
        !followed.has(`Appointment/${visit.id}`),
    ),
  };
}
