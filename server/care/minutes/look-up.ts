// Looks up the facts of a billing summary: what the record of a person holds for one enrolment and one month.
// https://hl7.org/fhir/R4/episodeofcare.html
import type {
  Communication,
  Consent,
  Encounter,
  EpisodeOfCare,
  Practitioner,
  PractitionerRole,
  Reference,
} from '@medplum/fhirtypes';
import { conflict } from '../../fhir/errors.ts';
import { addDays, type Calendar } from '../calendar.ts';
import { CATEGORY, codeOf, extensionOf, keyOf, ROLE, TASK_CODE } from '../code.ts';
import { heldBy } from '../practice/qualification.ts';
import { localKey } from '../reference.ts';
import type { Desk } from '../write.ts';
import { type WorkEntry, workEntryOf } from './entry.ts';
import type { BillingFacts, Days, Discharge, OtherEnrolment, Performer } from './facts.ts';
import { daysOfMonth, monthsBefore, spanOfMonth } from './ledger.ts';
import { SOCIAL_SCREEN, TRANSITION } from './programmes.ts';
import {
  countConditions,
  daysConsented,
  daysEnrolledIn,
  openingVisit,
  programmeOfEnrolment,
  screensOf,
} from './record.ts';

/** Most resources of a kind that are looked at. */
const MOST = 1000;

/** What is looked up is about one person and one month. */
interface Scope {
  readonly desk: Desk;
  readonly patient: string;
  readonly calendar: Calendar;
  readonly month: Required<Days>;
  /** Of the month, as instants. */
  readonly from: string;
  readonly until: string;
}

/** @throws FhirError 409 when there are more entries than are counted */
async function entriesOf({ desk, patient, from, until }: Scope): Promise<WorkEntry[]> {
  const found = await desk.find(
    'Observation',
    `patient=${patient}&category=${CATEGORY}|cn-activity&date=ge${from}&date=lt${until}&_count=${MOST}`,
  );
  if (found.length === MOST)
    throw conflict(`There are ${MOST} work entries or more in the month. Join those that follow each other.`);
  return found.flatMap((one) => workEntryOf(one) ?? []);
}

async function performerOf(desk: Desk, reference: string): Promise<Performer> {
  const role = await desk.read<PractitionerRole>(reference);
  if (role?.resourceType !== 'PractitionerRole') return { roles: [], held: [] };
  const person = role.practitioner?.reference
    ? await desk.read<Practitioner>(role.practitioner.reference)
    : undefined;
  const roles = (role.code ?? []).flatMap((one) => codeOf(one, ROLE) ?? []);
  return { roles, held: person?.resourceType === 'Practitioner' ? heldBy(person) : [] };
}

async function performersOf(desk: Desk, entries: readonly WorkEntry[]): Promise<Map<string, Performer>> {
  const performers = new Map<string, Performer>();
  for (const { performer } of entries)
    if (!performers.has(performer)) performers.set(performer, await performerOf(desk, performer));
  return performers;
}

/** A resource that an extension of the enrolment names, if it is the same person's. */
async function named<T extends Consent | Encounter>(
  { desk, patient }: Scope,
  reference: Reference | undefined,
  type: T['resourceType'],
): Promise<T | undefined> {
  const found = reference?.reference ? await desk.read(reference.reference) : undefined;
  if (found?.resourceType !== type) return undefined;
  const owner = found.resourceType === 'Consent' ? found.patient : (found as Encounter).subject;
  return (await localKey(desk, owner, 'Patient')) === patient ? (found as T) : undefined;
}

async function consentsOf(scope: Scope, episode: EpisodeOfCare): Promise<Days[]> {
  const own = extensionOf(episode, 'programme-consent')?.valueReference;
  const one = own && (await named<Consent>(scope, own, 'Consent'));
  const consents = own
    ? [one].flatMap((consent) => consent ?? [])
    : await scope.desk.find(
        'Consent',
        `patient=${scope.patient}&category=${CATEGORY}|billing-consent&_count=${MOST}`,
      );
  return consents.flatMap((consent) => daysConsented(consent, scope.calendar) ?? []);
}

async function othersOf(scope: Scope, episode: EpisodeOfCare): Promise<OtherEnrolment[]> {
  const { desk, patient, calendar, month } = scope;
  const found = await desk.find('EpisodeOfCare', `patient=${patient}&_count=${MOST}`);
  return found.flatMap((other) => {
    const [programme, days] = [programmeOfEnrolment(other), daysEnrolledIn(other, calendar)];
    const inMonth = days && days.from <= month.until && (days.until ?? '9999') >= month.from;
    return other.id !== episode.id && programme && inMonth ? [{ programme, from: days.from }] : [];
  });
}

const STAYS = 'IMP,ACUTE,NONAC,OBSENC,SS';
const VISITS = 'AMB,HH,VR';
const timesOf = (texts: readonly (string | undefined)[]): number[] =>
  texts.flatMap((text) => (text?.includes('T') ? [Date.parse(text)] : []));
const isTried = (contact: Communication): boolean =>
  extensionOf(contact, 'direction')?.valueCode === 'outbound';
const isHad = (contact: Communication): boolean =>
  contact.status === 'completed' && extensionOf(contact, 'interactive')?.valueBoolean === true;

/** The discharges of which the visit could lie in the month, with everything that came after them. */
async function dischargesOf({ desk, patient, month, from, until }: Scope): Promise<Discharge[]> {
  const since = `${addDays(month.from, -TRANSITION.candidate.days - 1)}T00:00:00Z`;
  const all = `_count=${MOST}`;
  const stays = await desk.find(
    'Encounter',
    `patient=${patient}&class=${STAYS}&status=finished&date=ge${since}&date=lt${until}&${all}`,
  );
  const left = timesOf(stays.map(({ period }) => period?.end)).filter(
    (at) => at >= Date.parse(since) && at < Date.parse(until),
  );
  if (!left.length) return [];
  const visits = await desk.find(
    'Encounter',
    `patient=${patient}&class=${VISITS}&status=finished&date=ge${from}&date=lt${until}&${all}`,
  );
  const contacts = await desk.find(
    'Communication',
    `patient=${patient}&category=${CATEGORY}|contact&sent=ge${since}&sent=lt${until}&${all}`,
  );
  const reviews = await desk.find(
    'Task',
    `patient=${patient}&code=${TASK_CODE}|coord-med-reconciliation&status=completed&${all}`,
  );
  const after = {
    contacts: timesOf(contacts.filter(isHad).map(({ sent }) => sent)),
    attempts: timesOf(contacts.filter(isTried).map(({ sent }) => sent)),
    visits: timesOf(visits.map(({ period }) => period?.start)),
    reconciliations: timesOf(reviews.map(({ executionPeriod }) => executionPeriod?.end)),
  };
  return left.sort((a, b) => b - a).map((at) => ({ at, ...after }));
}

async function screenDays({ desk, patient, month, until, calendar }: Scope): Promise<string[]> {
  const since = monthsBefore(month.from, SOCIAL_SCREEN.months + 1);
  const answers = await desk.find(
    'QuestionnaireResponse',
    `patient=${patient}&status=completed,amended&authored=ge${since}&authored=lt${until}&_count=${MOST}`,
  );
  return screensOf(answers, calendar);
}

/** Looks up the facts of an enrolment and a month. @throws FhirError 409 when there are more entries than are counted */
export async function billingFacts(desk: Desk, episode: EpisodeOfCare, text: string): Promise<BillingFacts> {
  const calendar = desk.calendar(episode.managingOrganization?.reference);
  const month = daysOfMonth(text);
  const span = spanOfMonth(text, calendar);
  const [from, until] = [span.start, span.end].map((at) => new Date(at).toISOString()) as [string, string];
  const patient =
    (await localKey(desk, episode.patient, 'Patient')) ?? episode.patient?.reference ?? keyOf(episode);
  const scope: Scope = { desk, patient, calendar, month, from, until };
  const programme = programmeOfEnrolment(episode);
  const entries = await entriesOf(scope);
  const opening = extensionOf(episode, 'initiating-visit')?.valueReference;
  const encounter = await named<Encounter>(scope, opening, 'Encounter');
  return {
    month: text,
    now: desk.now,
    calendar,
    programme,
    enrolled: daysEnrolledIn(episode, calendar),
    billing: extensionOf(episode, 'billing-practitioner')?.valueReference?.reference,
    entries,
    performers: await performersOf(desk, entries),
    consents: await consentsOf(scope, episode),
    visit: encounter && openingVisit(encounter, calendar),
    conditions: countConditions(
      await desk.find('Condition', `patient=${patient}&_count=${MOST}`),
      month,
      calendar,
    ),
    others: await othersOf(scope, episode),
    discharges: programme === 'tcm' ? await dischargesOf(scope) : [],
    screens: programme === SOCIAL_SCREEN.programme ? await screenDays(scope) : [],
  };
}
