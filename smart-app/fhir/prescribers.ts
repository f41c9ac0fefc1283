// Who may sign an order. https://hl7.org/fhir/R4/practitionerrole.html
import type { Client } from './client.ts';
import { type Person, peopleOf } from './people.ts';

/** Codes of cn-role. */
export const PRESCRIBING: readonly string[] = ['np-pa', 'physician'];

/** The prescribers of the directory, by name. */
export async function prescribers(client: Client): Promise<readonly Person[]> {
  const found = await client.search('PractitionerRole', {
    role: PRESCRIBING.join(','),
    _include: 'PractitionerRole:practitioner',
    _count: '100',
  });
  const people = await peopleOf(found.resources, client);
  return [...people.values()]
    .filter(({ role }) => PRESCRIBING.includes(role ?? ''))
    .sort((a, b) => a.name.localeCompare(b.name));
}
