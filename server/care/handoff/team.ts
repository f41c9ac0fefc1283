// Who leads a care team, and how the lead goes over. https://hl7.org/fhir/R4/careteam.html
import type { CarePlan, CareTeam, CareTeamParticipant } from '@medplum/fhirtypes';
import { codeOf, concept, extensionUrl, ROLE } from '../code.ts';
import type { Lane } from '../people.ts';
import { tailOf } from '../reference.ts';
import { laneOf } from './side.ts';
import { phaseOf, type Standing } from './standing.ts';

const LEAD = extensionUrl('lead');
const isLead = ({ extension = [] }: CareTeamParticipant): boolean =>
  extension.some(({ url, valueBoolean }) => url === LEAD && valueBoolean === true);

/** The member who leads. */
export const leadOf = ({ participant = [] }: CareTeam): CareTeamParticipant | undefined =>
  participant.find(isLead);

/** The lane in which the lead works; undefined without a lead, or when the role tells none. */
export const laneOfLead = (team: CareTeam): Lane | undefined => laneOf(codeOf(leadOf(team)?.role, ROLE));

function withoutLead(participant: CareTeamParticipant): CareTeamParticipant {
  const { extension = [], ...rest } = participant;
  const left = extension.filter(({ url }) => url !== LEAD);
  return { ...(left.length && { extension: left }), ...rest };
}

/** A team that a member leads; whoever is not in it joins. @param member `PractitionerRole/…` @param role code of cn-role */
export function ledBy(team: CareTeam, member: string, role: string, at: Date): CareTeam {
  const participant = (team.participant ?? []).map(withoutLead);
  const place = participant.findIndex((one) => tailOf(one.member) === member);
  const joining: CareTeamParticipant = {
    role: [concept(ROLE, role)],
    member: { reference: member },
    period: { start: at.toISOString() },
  };
  const own = place < 0 ? joining : participant[place]!;
  const leading = { ...own, extension: [...(own.extension ?? []), { url: LEAD, valueBoolean: true }] };
  return {
    ...team,
    participant: place < 0 ? [...participant, leading] : participant.with(place, leading),
  };
}

/** Why the lead may not go to this lane by hand; undefined when it may. @param plan the plan in force */
export function leadRefusal(lane: Lane, plan: CarePlan | undefined, { side }: Standing): string | undefined {
  const phase = plan && phaseOf(plan);
  if (side === lane || !phase) return undefined;
  if (lane === 'coordination' && (phase === 'navigation' || phase === 'handoff'))
    return 'The navigator leads until a clinician accepts a hand-off, which moves the lead. Ask for one with Patient/$handoff.';
  if (lane === 'navigation' && phase === 'coordination')
    return 'The clinician leads until navigation accepts the person back, which moves the lead. Ask for it with Patient/$handoff and direction navigation.';
  return undefined;
}
