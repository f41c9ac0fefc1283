// Names behind references: owners and requesters with the word for their role.
// https://hl7.org/fhir/R4/practitionerrole.html
import type {
  HumanName,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  RelatedPerson,
  Resource,
} from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { ROLE } from './systems.ts';

/** One person, team or organisation that can own work. */
export interface Person {
  reference: string;
  name: string;
  /** Code from cn-role. */
  role?: string;
}

export type People = ReadonlyMap<string, Person>;

/** A name as it is said: the given text, or given and family name. */
export function humanName(names: readonly HumanName[] | undefined): string {
  const name = names?.find((one) => one.use === 'official') ?? names?.[0];
  return name?.text ?? [...(name?.given ?? []), name?.family].filter(Boolean).join(' ');
}

/** Code of cn-role. */
export const roleCode = (role: PractitionerRole): string | undefined =>
  role.code?.flatMap((concept) => concept.coding ?? []).find((coding) => coding.system === ROLE)?.code;

/** The people among `resources`; practitioners whose role does not say their name are fetched in one request. */
export async function peopleOf(resources: readonly Resource[], client: Client): Promise<People> {
  const known = new Map(resources.map((one) => [`${one.resourceType}/${one.id}`, one]));
  const unnamed = resources
    .filter((one): one is PractitionerRole => one.resourceType === 'PractitionerRole')
    .filter((role) => !role.practitioner?.display)
    .map((role) => role.practitioner?.reference)
    .filter((reference) => reference?.startsWith('Practitioner/') && !known.has(reference));
  if (unnamed.length > 0) {
    const ids = [...new Set(unnamed)].map((reference) => reference?.slice('Practitioner/'.length));
    const found = await client.search('Practitioner', { _id: ids.join(','), _count: '200' });
    for (const one of found.resources) known.set(`${one.resourceType}/${one.id}`, one);
  }
  const people = new Map<string, Person>();
  for (const [reference, resource] of known) {
    const person = personOf(resource, known);
    if (person) people.set(reference, { reference, ...person });
  }
  return people;
}

const isHuman = (resource: Resource): resource is Practitioner | Patient | RelatedPerson =>
  ['Practitioner', 'Patient', 'RelatedPerson'].includes(resource.resourceType);

function personOf(
  resource: Resource,
  known: ReadonlyMap<string, Resource>,
): Omit<Person, 'reference'> | undefined {
  if (resource.resourceType === 'PractitionerRole') {
    const { practitioner } = resource;
    const behind = known.get(practitioner?.reference ?? '') as Practitioner | undefined;
    const name = practitioner?.display ?? humanName(behind?.name);
    const role = roleCode(resource);
    return { name: name || resource.id!, ...(role && { role }) };
  }
  if (isHuman(resource)) return { name: humanName(resource.name) };
  const named = (resource as Organization).name;
  return named ? { name: named } : undefined;
}

/** Whether a name says by itself what the person is: `Nadia Brandt, RN`, `Dr. Raman`. */
export const saysRole = (name: string): boolean => /,|^Dr\b/.test(name);
