// Everybody who helps a person: who leads, in which role, and what those close to the person may know.
// https://hl7.org/fhir/R4/careteam.html
import type { CareTeam, CareTeamParticipant, RelatedPerson, Resource } from '@medplum/fhirtypes';
import type { Client, Params } from './client.ts';
import { type People, type Person, peopleOf } from './people.ts';
import { extensionUrl, ROLE } from './systems.ts';
import { theirs } from './whose.ts';

/** A member of a team. */
export interface Member {
  readonly reference: string;
  readonly person: Person | undefined;
  /** Code of cn-role. */
  readonly role: string | undefined;
  /** The word of the record for the role. */
  readonly roleText: string | undefined;
  readonly leads: boolean;
}

/** Somebody close to the person. */
export interface NaturalSupport extends Member {
  /** What they are to the person: the code of v3-RoleCode, and the words of the record. */
  readonly relation: string | undefined;
  readonly relationText: string | undefined;
  /** Codes of cn-may-know; `nothing` wins over all others. */
  readonly mayKnow: readonly string[];
}

export interface Team {
  readonly members: readonly Member[];
  readonly supports: readonly NaturalSupport[];
}

/** What a search for teams brings along: the members, and the names behind their roles. */
export const WITH_MEMBERS: Params = {
  _include: 'CareTeam:participant',
  '_include:iterate': 'PractitionerRole:practitioner',
};

const isOver = ({ period }: CareTeamParticipant, now: Date): boolean =>
  period?.end !== undefined && new Date(period.end) < now;

function memberOf(one: CareTeamParticipant, people: People): Member {
  const coding = one.role?.flatMap((role) => role.coding ?? []).find(({ system }) => system === ROLE);
  const reference = one.member?.reference ?? '';
  const display = one.member?.display;
  return {
    reference,
    person: people.get(reference) ?? (display ? { reference, name: display } : undefined),
    role: coding?.code,
    roleText: one.role?.find(({ text }) => text)?.text ?? coding?.display,
    leads:
      one.extension?.some(({ url, valueBoolean }) => url === extensionUrl('lead') && valueBoolean) ?? false,
  };
}

function knownBy({ extension = [] }: CareTeamParticipant): readonly string[] {
  const codes = extension.flatMap(({ url, valueCode }) =>
    url === extensionUrl('may-know') && valueCode ? [valueCode] : [],
  );
  return codes.includes('nothing') ? [] : codes;
}

/** The active teams as one, whoever leads first; each person once. @throws WrongPatient */
export function teamIn(resources: readonly Resource[], people: People, patient: string, now: Date): Team {
  const teams = theirs(resources, 'CareTeam', patient).filter(
    ({ status }: CareTeam) => status === undefined || status === 'active' || status === 'proposed',
  );
  const related = new Map(
    theirs(resources, 'RelatedPerson', patient).map((one) => [`RelatedPerson/${one.id}`, one]),
  );
  const present = teams
    .flatMap(({ participant = [] }) => participant)
    .filter((one) => one.member?.reference !== `Patient/${patient}` && !isOver(one, now));
  const once = [...new Map(present.map((one) => [one.member?.reference ?? one, one])).values()];
  const isClose = ({ member }: CareTeamParticipant) => member?.reference?.startsWith('RelatedPerson/');
  return {
    members: once
      .filter((one) => !isClose(one))
      .map((one) => memberOf(one, people))
      .sort((a, b) => Number(b.leads) - Number(a.leads)),
    supports: once.filter(isClose).map((one) => {
      const member = memberOf(one, people);
      const person: RelatedPerson | undefined = related.get(member.reference);
      return {
        ...member,
        relation: person?.relationship?.flatMap(({ coding = [] }) => coding).find(({ code }) => code)?.code,
        relationText: person?.relationship?.find(({ text }) => text)?.text ?? member.roleText,
        mayKnow: knownBy(one),
      };
    }),
  };
}

/** Reads the team in one request. */
export async function readTeam(client: Client, patient: string, now: Date): Promise<Team> {
  const whose = { patient: `Patient/${patient}`, _count: '20' };
  const { resources } = await client.search('CareTeam', { ...whose, ...WITH_MEMBERS }, 1);
  return teamIn(resources, await peopleOf(resources, client), patient, now);
}
