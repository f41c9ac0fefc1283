// Who works for a person: the enrolment, the team, and the member or pool that a new task goes to.
// https://hl7.org/fhir/R4/careteam.html
import type { CareTeam, EpisodeOfCare, Identifier, Reference } from '@medplum/fhirtypes';
import { codeOf, EPISODE, ROLE } from './code.ts';
import type { Desk } from './write.ts';

/** The roles that do the work of a lane, the first that the team has is asked first. */
export const LANES = {
  navigation: ['navigator', 'benefits-navigator', 'chw', 'scheduler'],
  coordination: ['rn', 'lcsw', 'np-pa', 'physician'],
} as const;
export type Lane = keyof typeof LANES;

/** Statuses of an enrolment that has not ended. */
const OPEN_EPISODE: readonly string[] = ['planned', 'waitlist', 'active', 'onhold'];

/** The enrolment of a person that has not ended: whoever has none is not ours to act for. */
export async function enrolmentOf(desk: Desk, patient: string): Promise<EpisodeOfCare | undefined> {
  const own = desk.written('EpisodeOfCare').filter((one) => one.patient?.reference === patient);
  const stored = await desk.find(
    'EpisodeOfCare',
    `patient=${patient}&status=${OPEN_EPISODE.join(',')}&_sort=-_lastUpdated`,
  );
  const found = [...own, ...stored].filter(({ status }) => OPEN_EPISODE.includes(status!));
  return found.find(({ status }) => status === 'active') ?? found[0];
}

/** The identifier that everything of an episode shares. */
export const episodeOf = (enrolment: EpisodeOfCare | undefined): Identifier | undefined =>
  enrolment?.identifier?.find(({ system }) => system === EPISODE);

/** The active teams of a person, the newest first. */
export const teamsOf = (desk: Desk, patient: string): Promise<CareTeam[]> =>
  desk.find('CareTeam', `patient=${patient}&status=active&_sort=-_lastUpdated`);

/** The member of a person's teams in one of some roles, in the order of the roles. */
export function memberIn(teams: readonly CareTeam[], roles: readonly string[]): Reference | undefined {
  const participants = teams.flatMap(({ participant = [] }) => participant);
  for (const role of roles) {
    const found = participants.find((one) => codeOf(one.role, ROLE) === role && one.member?.reference);
    if (found) return { reference: found.member!.reference! };
  }
  return undefined;
}

/** Who a new task goes to: the member of the team in the role, else the pool of the lane; undefined where there is neither. */
export async function ownerFor(
  desk: Desk,
  patient: string,
  lane: Lane,
  role?: string,
): Promise<Reference | undefined> {
  const member = memberIn(await teamsOf(desk, patient), role ? [role] : LANES[lane]);
  return member ?? poolOf(desk, lane, (await enrolmentOf(desk, patient))?.managingOrganization?.reference);
}

/** The pool of a lane: the team of the organisation whose identifier names it. */
export async function poolOf(
  desk: Desk,
  lane: Lane,
  organization: string | undefined,
): Promise<Reference | undefined> {
  if (!organization) return undefined;
  const [pool] = await desk.find(
    'Organization',
    `partof=${organization}&identifier=${POOL}|${lane}&active=true`,
  );
  return pool && { reference: `Organization/${pool.id}` };
}

/** Identifier system by which an Organization says that it is the pool of a lane: value `navigation` or `coordination`. */
export const POOL = 'https://throughline.example/fhir/identifier/pool';
