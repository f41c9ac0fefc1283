// Appointment/$find (ours, after the Argonaut scheduling guide): visits that could be booked. Nothing is stored.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, Resource, Schedule, Slot } from '@medplum/fhirtypes';
import { isOffered, isWanted, proposed, type Wanted } from '../../../care/schedule/propose.ts';
import { OCCUPYING, timeOf } from '../../../care/schedule/visit.ts';
import { reach } from '../../../fhir/access.ts';
import { badRequest, type Issue, notFound, outcomeOf } from '../../../fhir/errors.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { type Given, readGiven } from './parameters.ts';

/** Most visits of an answer. */
const MOST = 50;
/** Slots that one look-up reads, and most look-ups: what fits better than one in two hundred is found. */
const PAGE = 500;
const PAGES = 20;
/** Days that are looked at when no end is given. */
const DAYS = 28;
const DAY = 86_400_000;

const ROLES = ['Practitioner', 'PractitionerRole'] as const;
const PARAMETERS = {
  start: { kind: 'dateTime' },
  end: { kind: 'dateTime', whole: true },
  'service-type': { kind: 'Coding', many: true },
  specialty: { kind: 'Coding', many: true },
  'visit-type': { kind: 'Coding', many: true },
  practitioner: { kind: 'Reference', types: ROLES, many: true },
  organization: { kind: 'Reference', types: ['Organization'], many: true },
  location: { kind: 'Reference', types: ['Location'], many: true },
  'healthcare-service': { kind: 'Reference', types: ['HealthcareService'], many: true },
  patient: { kind: 'Reference', types: ['Patient'] },
  _count: { kind: 'integer' },
} as const;
type Asked = Given<typeof PARAMETERS>;

/** A search as the caller. */
type Look = (
  type: string,
  parameters: readonly (readonly [string, string])[],
) => Promise<{ found: Resource[]; included: Resource[]; next: string | undefined }>;

const looking =
  ({ search }: Context, { access, executor }: FhirRequest): Look =>
  async (type, parameters) => {
    const page = await search.type(type, parameters, access, { ...(executor && { executor }) });
    const parsed = (list: readonly string[]) => list.map((content) => JSON.parse(content) as Resource);
    return { found: parsed(page.matches), included: parsed(page.included), next: page.next };
  };

/** The time that is asked about, what is over left out. @throws FhirError 400 when it ends before it starts */
function windowOf(asked: Asked, now: Date): { start: string; end: string } {
  const said = asked.one('start');
  const start = said && said > now.toISOString() ? said : now.toISOString();
  const end = asked.one('end') ?? new Date(Date.parse(start) + DAYS * DAY).toISOString();
  if (said && Date.parse(end) <= Date.parse(said))
    throw badRequest('The parameter end of $find must be after start.', 'Parameters.parameter');
  return { start, end };
}

/** The actors of schedules that are asked for: one of each list has to be among those of the schedule. */
async function actorsOf(asked: Asked, look: Look, request: FhirRequest): Promise<string[][]> {
  const keys = async (type: string, name: string, values: readonly string[]) => {
    if (!values.length || reach(request.access, type, 's') === 'none') return [];
    const { found } = await look(type, [
      [name, values.join(',')],
      ['_count', '1000'],
    ]);
    return found.map(({ id }) => `${type}/${id}`);
  };
  const people = asked.all('practitioner');
  const own = people.filter((key) => key.startsWith('Practitioner/'));
  const organizations = asked.all('organization');
  const lists: [asked: readonly string[], actors: string[]][] = [
    [people, [...people, ...(await keys('PractitionerRole', 'practitioner', own))]],
    [asked.all('location'), asked.all('location')],
    [asked.all('healthcare-service'), asked.all('healthcare-service')],
    [
      organizations,
      [
        ...(await keys('PractitionerRole', 'organization', organizations)),
        ...(await keys('HealthcareService', 'organization', organizations)),
        ...(await keys('Location', 'organization', organizations)),
      ],
    ],
  ];
  return lists.flatMap(([said, actors]) => (said.length ? [actors] : []));
}

/** When the patient has other visits, as far as the caller sees them. @throws FhirError 404 for a patient whom they do not see */
async function busyTimes(
  patient: string | undefined,
  { start, end }: { start: string; end: string },
  look: Look,
  { access }: FhirRequest,
): Promise<{ start: number; end: number }[]> {
  if (!patient) return [];
  const { found } = await look('Patient', [['_id', patient.slice('Patient/'.length)]]);
  if (!found.length) throw notFound(`There is no ${patient}, or your access does not cover it.`);
  if (reach(access, 'Appointment', 's') === 'none') return [];
  const from = new Date(Date.parse(start) - 2 * DAY).toISOString();
  const visits = await look('Appointment', [
    ['patient', patient],
    ['status', OCCUPYING.join(',')],
    ['date', `ge${from}`],
    ['date', `lt${end}`],
    ['_count', '1000'],
  ]);
  return visits.found.flatMap((visit) => timeOf(visit as Appointment) ?? []);
}

interface Found {
  visits: Appointment[];
  /** From when to ask on, when there may be more. */
  more: string | undefined;
}

/** Reads free slots in the order of their time until enough of them fit. */
async function fitting(
  look: Look,
  first: readonly (readonly [string, string])[],
  toVisit: (slot: Slot, schedule: Schedule) => Appointment | undefined,
  count: number,
): Promise<Found> {
  const visits: Appointment[] = [];
  let last: string | undefined;
  let parameters: readonly (readonly [string, string])[] | undefined = first;
  for (let page = 0; parameters && page < PAGES; page++) {
    const { found, included, next }: Awaited<ReturnType<Look>> = await look('Slot', parameters);
    const schedules = new Map(included.map((one) => [`Schedule/${one.id}`, one as Schedule]));
    for (const slot of found as Slot[]) {
      const schedule = schedules.get(slot.schedule.reference ?? '');
      const visit = schedule && toVisit(slot, schedule);
      if (visit && visits.length === count) return { visits, more: slot.start };
      if (visit) visits.push(visit);
      last = slot.start;
    }
    parameters = next === undefined ? undefined : [...new URLSearchParams(next)];
  }
  return { visits, more: parameters && last };
}

const moreIssue = (from: string): Issue => ({
  severity: 'information',
  code: 'informational',
  diagnostics: `There may be more. Ask again with start ${from}, or ask for less.`,
});

function bundleOf({ visits, more }: Found): object {
  const entries = [
    ...visits.map((resource) => ({ resource, search: { mode: 'match' } })),
    ...(more ? [{ resource: outcomeOf([moreIssue(more)]), search: { mode: 'outcome' } }] : []),
  ];
  return { resourceType: 'Bundle', type: 'searchset', ...(entries.length && { entry: entries }) };
}

/** 200 with a searchset of proposed appointments in the order of their time; 400, 403 without a scope for slots, 404. */
export async function find(context: Context, request: FhirRequest): Promise<Result> {
  const asked = readGiven(request, '$find', PARAMETERS, context.base);
  const look = looking(context, request);
  const now = context.now();
  const time = windowOf(asked, now);
  const patient = asked.one('patient');
  const busy = await busyTimes(patient, time, look, request);
  const actors = await actorsOf(asked, look, request);
  const wanted: Wanted = {
    serviceType: asked.all('service-type'),
    specialty: asked.all('specialty'),
    visitType: asked.all('visit-type'),
    patient,
  };
  const isClear = ({ start, end }: Slot) =>
    busy.every((other) => Date.parse(start) >= other.end || Date.parse(end) <= other.start);
  const toVisit = (slot: Slot, schedule: Schedule) =>
    Date.parse(slot.start) > now.getTime() &&
    isOffered(slot, schedule) &&
    isWanted(slot, schedule, wanted) &&
    isClear(slot)
      ? proposed(slot, schedule, wanted)
      : undefined;
  const parameters = [
    ['status', 'free'],
    ['start', `ge${time.start}`],
    ['start', `lt${time.end}`],
    ...actors.map((list) => ['schedule.actor', list.join(',')] as const),
    ['_sort', 'start'],
    ['_include', 'Slot:schedule'],
    ['_count', String(PAGE)],
  ] as const;
  const count = Math.min(Math.max(asked.one('_count') ?? MOST, 1), MOST);
  const found = actors.some((list) => !list.length)
    ? { visits: [], more: undefined }
    : await fitting(look, parameters, toVisit, count);
  return { kind: 'json', status: 200, json: bundleOf(found) };
}
