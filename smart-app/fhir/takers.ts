// Who can take a patient over: people whose role works on the side that is asked, and the pool of that side.
// https://hl7.org/fhir/R4/practitionerrole.html
import type { Organization } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import type { Side } from './handoff.ts';
import { type Person, peopleOf } from './people.ts';
import { POOL } from './systems.ts';

/** Roles that may take a patient over, those who usually do first. */
const TAKERS: Readonly<Record<Side, readonly string[]>> = {
  navigation: ['navigator', 'benefits-navigator', 'chw', 'scheduler'],
  coordination: ['rn', 'lcsw', 'np-pa', 'physician'],
};

/** The side on which somebody of a role works; undefined for roles of neither. */
export const sideOfRole = (role: string | undefined): Side | undefined =>
  (['navigation', 'coordination'] as const).find((side) => TAKERS[side].includes(role ?? ''));

/** The side that somebody of a role hands over to: the other one. */
export const usualSide = (role: string | undefined): Side =>
  sideOfRole(role) === 'coordination' ? 'navigation' : 'coordination';

/** One who can be asked. */
export interface Taker extends Person {
  /** A team: whoever of it is free accepts. */
  readonly isPool?: true;
}

async function pools(client: Client, side: Side): Promise<readonly Taker[]> {
  const { resources } = await client.search('Organization', {
    identifier: `${POOL}|${side}`,
    active: 'true',
    _count: '20',
  });
  return resources
    .filter((one): one is Organization => one.resourceType === 'Organization')
    .map(({ id, name }) => ({ reference: `Organization/${id}`, name: name ?? id!, isPool: true }));
}

/** People of the side, those who usually take over first, and then its pools. */
export async function takersOf(client: Client, side: Side): Promise<readonly Taker[]> {
  const roles = TAKERS[side];
  const found = await client.search('PractitionerRole', {
    role: roles.join(','),
    _include: 'PractitionerRole:practitioner',
    _count: '100',
  });
  const rank = ({ role }: Person) => roles.indexOf(role ?? '');
  const people = [...(await peopleOf(found.resources, client)).values()]
    .filter((person) => rank(person) >= 0)
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return [...people, ...(await pools(client, side))];
}
