// Where a plan that the rules start looks things up: what the database holds, and what the same unit of work writes.
import type { ActivityDefinition, Questionnaire, Resource, ResourceType, ValueSet } from '@medplum/fhirtypes';
import type { Desk } from '../write.ts';
import type { Definition, Sources } from './given.ts';
import { isAbout } from './patient.ts';
import { codesIn, valueSetsIn } from './value-set.ts';

type Find = (type: ResourceType, query: string) => Promise<Resource[]>;

/** The definition that a canonical names: of the version that it states, else one that is in use. */
export async function findDefinition(
  canonical: string,
  types: readonly ('ActivityDefinition' | 'PlanDefinition' | 'Questionnaire')[],
  find: Find,
): Promise<Definition | undefined> {
  const [url, version] = canonical.split('|') as [string, string?];
  const query = `url=${encodeURIComponent(url)}${version ? `&version=${encodeURIComponent(version)}` : ''}`;
  for (const type of types) {
    const found = (await find(type, `${query}&_sort=-_lastUpdated&_count=20`)) as (
      | ActivityDefinition
      | Questionnaire
    )[];
    const one = found.find(({ status }) => status === 'active') ?? found[0];
    if (one) return one;
  }
  return undefined;
}

/** Value sets by their canonicals, with those that they are made of. */
export async function findValueSets(canonicals: readonly string[], find: Find): Promise<ValueSet[]> {
  const found: ValueSet[] = [];
  const asked = new Set<string>();
  let next = canonicals.map((one) => one.split('|', 1)[0]!);
  while (next.length) {
    for (const url of next) asked.add(url);
    const urls = next.map(encodeURIComponent).join(',');
    const some = (await find('ValueSet', `url=${urls}&_count=100`)) as ValueSet[];
    found.push(...some);
    next = some.flatMap(valueSetsIn).filter((url) => !asked.has(url));
  }
  return found;
}

/** Looks up at a desk what a plan for a patient asks for. @param organization whose business days count */
export function deskSources(desk: Desk, patient: string, organization: string | undefined): Sources {
  const { now, read, find } = desk;
  return {
    now,
    calendar: desk.calendar(organization),
    read,
    find: async (type, query) => {
      const stored: Resource[] = await find(type, query);
      const ids = new Set(stored.map(({ id }) => id));
      const own = desk.written(type).filter((one) => !ids.has(one.id!) && isAbout(one, patient));
      return [...own, ...stored];
    },
    definition: async (canonical) =>
      desk.plans().find(({ definition }) => definition.url === canonical.split('|', 1)[0])?.definition ??
      findDefinition(canonical, ['ActivityDefinition', 'Questionnaire'], find),
    codes: async (valueSets) =>
      codesIn(valueSets.length ? await findValueSets([...new Set(valueSets)], find) : []),
  };
}
