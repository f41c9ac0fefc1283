// The one care plan of a person's episode: found, or made when a plan starts before there is one.
// https://hl7.org/fhir/R4/careplan.html
import type { CarePlan, EpisodeOfCare } from '@medplum/fhirtypes';
import { codeOf, concept, EPISODE, keyOf, PHASE, referenceTo } from '../code.ts';
import { episodeOf, teamsOf } from '../people.ts';
import type { Desk } from '../write.ts';
import type { Order } from './order.ts';

const ASSESS_PLAN = 'http://hl7.org/fhir/us/core/CodeSystem/careplan-category';
/** Statuses of a plan, or of the request group by which it was started, that is under way. */
export const OPEN: ReadonlySet<string> = new Set(['draft', 'active', 'on-hold']);

const isOurs = ({ category }: CarePlan): boolean => codeOf(category, PHASE) !== undefined;

/** The open care plan of a person, that of the episode first, locked; undefined when there is none. */
export async function openCarePlan(
  desk: Desk,
  patient: string,
  enrolment: EpisodeOfCare | undefined,
): Promise<CarePlan | undefined> {
  const own = desk.written('CarePlan').filter(({ subject }) => subject?.reference === patient);
  const stored = await desk.find(
    'CarePlan',
    `patient=${patient}&status=active,draft,on-hold&_sort=-_lastUpdated&_count=100`,
  );
  const ours = [...own, ...stored].filter((one) => isOurs(one) && OPEN.has(one.status!));
  const episode = episodeOf(enrolment)?.value;
  const ofEpisode = ours.find(({ identifier = [] }) =>
    identifier.some(({ system, value }) => system === EPISODE && value === episode),
  );
  const found = ofEpisode ?? ours[0];
  return found && desk.lock<CarePlan>(keyOf(found));
}

/** The care plan that a start adds to; a new one is in the phase that the work of the start belongs to. */
export async function carePlanFor(
  desk: Desk,
  {
    patient,
    enrolment,
    requester,
  }: {
    patient: string;
    enrolment: EpisodeOfCare | undefined;
    requester?: { reference?: string } | undefined;
  },
  orders: readonly Order[],
): Promise<CarePlan> {
  const found = await openCarePlan(desk, patient, enrolment);
  if (found) return found;
  const episode = episodeOf(enrolment);
  const [team] = await teamsOf(desk, patient);
  const phase = orders.every(({ lane }) => lane === 'coordination') ? 'coordination' : 'navigation';
  return desk.create({
    resourceType: 'CarePlan',
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml">The shared plan of one episode: its goals and the work in it.</div>',
    },
    ...(episode && { identifier: [episode] }),
    status: 'active',
    intent: 'plan',
    category: [concept(ASSESS_PLAN, 'assess-plan'), concept(PHASE, phase)],
    title: 'Care plan',
    subject: { reference: patient },
    period: { start: desk.now.toISOString() },
    created: desk.now.toISOString(),
    ...(requester?.reference && { author: requester }),
    ...(team && { careTeam: [referenceTo(team)] }),
  } as CarePlan);
}
