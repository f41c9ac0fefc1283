// Who has a calendar, and what the people and places of a visit are called. https://hl7.org/fhir/R4/schedule.html
import type {
  HealthcareService,
  Location,
  Organization,
  PractitionerRole,
  Resource,
  Schedule,
} from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { type People, peopleOf } from './people.ts';

/** Schedules that are looked at. */
const MOST = '200';

/** A practice where visits can be booked. */
export interface Practice {
  /** `Organization/…`. */
  readonly reference: string;
  readonly name: string;
  /** `Location/…` where it is. */
  readonly places: readonly string[];
  /** Whether visits can be booked in a calendar of it. */
  readonly hasCalendar: boolean;
}

/** The practices that have calendars, and the names of everybody and every place in them. */
export interface Calendars {
  readonly practices: readonly Practice[];
  readonly names: People;
  /** The practice of a role, a service or a place. */
  readonly practiceOf: (reference: string) => string | undefined;
}

/** `Organization/…` that a person, a service or a place belongs to. */
function ownerOf(resource: Resource): string | undefined {
  if (resource.resourceType === 'PractitionerRole')
    return (resource as PractitionerRole).organization?.reference;
  if (resource.resourceType === 'HealthcareService')
    return (resource as HealthcareService).providedBy?.reference;
  if (resource.resourceType === 'Location') return (resource as Location).managingOrganization?.reference;
  return resource.resourceType === 'Organization' ? `Organization/${resource.id}` : undefined;
}

/** The practice of each: that of the place where somebody has a calendar goes before the house that employs them. */
function practicesIn(members: readonly Resource[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const one of members) {
    const owner = ownerOf(one);
    if (owner) owners.set(`${one.resourceType}/${one.id}`, owner);
  }
  for (const schedule of members) {
    if (schedule.resourceType !== 'Schedule') continue;
    const actors = (schedule as Schedule).actor.flatMap(({ reference }) => reference ?? []);
    const place = actors.find((one) => one.startsWith('Location/') && owners.has(one));
    for (const one of place ? actors : []) owners.set(one, owners.get(place!)!);
  }
  return owners;
}

/** `Location/…` of a practice, where it has exactly one. */
export async function onlyPlace(client: Client, practice: string): Promise<string | undefined> {
  const { resources } = await client.search('Location', { organization: practice, _count: '2' }, 1);
  const places = resources.filter((one) => one.resourceType === 'Location');
  return places.length === 1 ? `Location/${places[0]!.id}` : undefined;
}

/** Reads the calendars of the directory. @param more references of others whose practice is asked for: a performer, a chosen provider */
export async function readCalendars(client: Client, more: readonly string[]): Promise<Calendars> {
  const asked = [...new Set(more)].filter((one) =>
    /^(PractitionerRole|HealthcareService|Organization)\//.test(one),
  );
  const [schedules, ...others] = await Promise.all([
    client.search('Schedule', { active: 'true', _include: 'Schedule:actor', _count: MOST }, 1),
    ...asked.map((one) => {
      const [type, id] = one.split('/') as ['PractitionerRole', string];
      return client.read(type, id).then(
        (resource) => [resource as Resource],
        () => [],
      );
    }),
  ]);
  const members = [...schedules.resources, ...others.flat()];
  const owners = practicesIn(members);
  const ids = [...new Set(owners.values())].map((one) => one.slice('Organization/'.length));
  const found = ids.length
    ? await client.search('Organization', { _id: ids.join(','), _count: MOST }, 1)
    : { resources: [] };
  const booked = new Set(
    schedules.resources.flatMap((one) =>
      one.resourceType === 'Schedule'
        ? (one as Schedule).actor.flatMap(({ reference }) => reference ?? [])
        : [],
    ),
  );
  const organizations = found.resources.filter(
    (one) => one.resourceType === 'Organization',
  ) as Organization[];
  const practices = organizations
    .map((one): Practice => {
      const reference: string = `Organization/${one.id}`;
      const places = [...owners].filter(([key, owner]) => key.startsWith('Location/') && owner === reference);
      const hasCalendar = [...owners].some(([key, owner]) => owner === reference && booked.has(key));
      return {
        reference,
        name: one.name ?? reference,
        places: places.map(([key]): string => key),
        hasCalendar,
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
  const names = await peopleOf([...members, ...found.resources], client);
  return { practices, names, practiceOf: (reference) => owners.get(reference) };
}
