// A person's visits: those to come and those that were, who gives them where, and whether interpreter and ride are certain.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, AppointmentParticipant, Resource } from '@medplum/fhirtypes';
import { movable, needsOf } from './booking.ts';
import type { Client } from './client.ts';
import { type People, peopleOf } from './people.ts';
import { theirs } from './whose.ts';

const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/participant-type';

/** Whether help at a visit is certain: confirmed, asked for, refused, or needed while nobody was asked. */
export type Certainty = 'confirmed' | 'asked' | 'refused' | 'nobody';

export interface Help {
  readonly certainty: Certainty;
  /** Who was asked. */
  readonly reference: string | undefined;
  /** The language of an interpreter, the way of a ride. */
  readonly text: string | undefined;
}

export interface Visit {
  readonly appointment: Appointment;
  readonly start: Date | undefined;
  /** References of those who give it. */
  readonly givers: readonly string[];
  /** References of its places. */
  readonly places: readonly string[];
  /** Undefined where none is needed. */
  readonly interpreter: Help | undefined;
  readonly ride: Help | undefined;
  /** What can be done with it: moved or called off, or made up for. */
  readonly offers: 'move' | 'again' | undefined;
}

export interface Visits {
  /** The next first; what waits for a time last. */
  readonly coming: readonly Visit[];
  /** The last first. */
  readonly past: readonly Visit[];
  readonly people: People;
}

const isType = ({ type = [] }: AppointmentParticipant, code: string, system?: string): boolean =>
  type.some(({ coding }) => coding?.some((one) => one.code === code && (!system || one.system === system)));

const CERTAINTY: Readonly<Record<string, Certainty>> = {
  accepted: 'confirmed',
  declined: 'refused',
  tentative: 'asked',
  'needs-action': 'asked',
};

function helpOf(one: AppointmentParticipant | undefined, need: string | undefined): Help | undefined {
  if (!one) return need === undefined ? undefined : { certainty: 'nobody', reference: undefined, text: need };
  return {
    certainty: CERTAINTY[one.status ?? ''] ?? 'asked',
    reference: one.actor?.reference,
    text: need || undefined,
  };
}

function visitOf(appointment: Appointment, offers: Visit['offers']): Visit {
  const { participant, start } = appointment;
  const needs = needsOf(appointment);
  const tongue = needs.interpreter;
  const actors = (code: string, system: string) =>
    participant
      .filter((one) => isType(one, code, system))
      .flatMap(({ actor }) => (actor?.reference ? [actor.reference] : []));
  return {
    appointment,
    start: start ? new Date(start) : undefined,
    givers: actors('PPRF', PARTICIPATION),
    places: actors('LOC', PARTICIPATION),
    interpreter: helpOf(
      participant.find((one) => isType(one, 'translator', PARTICIPANT)),
      tongue && (tongue.coding?.[0]?.code ?? tongue.text ?? ''),
    ),
    ride: helpOf(
      participant.find((one) => isType(one, 'transport')),
      needs.transport && (needs.transport.text ?? ''),
    ),
    offers,
  };
}

const TO_COME: readonly Appointment['status'][] = [
  'proposed',
  'pending',
  'booked',
  'arrived',
  'checked-in',
  'waitlist',
];

const time = ({ start }: Visit): number => start?.getTime() ?? Number.POSITIVE_INFINITY;

/** Sorts what was read. @throws WrongPatient */
export function visitsIn(resources: readonly Resource[], patient: string, now: Date): Omit<Visits, 'people'> {
  const found = theirs(resources, 'Appointment', patient).filter(
    ({ status }) => status !== 'entered-in-error',
  );
  const { coming, waiting, missed } = movable(found, now);
  const canMove = new Set([...coming, ...waiting]);
  const canMakeUp = new Set(missed);
  const visits = found.map((one) =>
    visitOf(one, canMove.has(one) ? 'move' : canMakeUp.has(one) ? 'again' : undefined),
  );
  const isComing = ({ appointment: { status, end }, start }: Visit) =>
    TO_COME.includes(status) && (start === undefined || (end ? new Date(end) : start) > now);
  return {
    coming: visits.filter(isComing).sort((a, b) => time(a) - time(b)),
    past: visits.filter((one) => !isComing(one)).sort((a, b) => time(b) - time(a)),
  };
}

/** Reads the visits with the names of those in them, in one request. */
export async function readVisits(client: Client, patient: string, now: Date): Promise<Visits> {
  const { resources } = await client.search(
    'Appointment',
    {
      patient: `Patient/${patient}`,
      _include: 'Appointment:actor',
      '_include:iterate': 'PractitionerRole:practitioner',
      _sort: '-date',
      _count: '100',
    },
    1,
  );
  return { ...visitsIn(resources, patient, now), people: await peopleOf(resources, client) };
}
