// The days on which an organisation is closed, in its calendar, and the months that show them.
// https://hl7.org/fhir/R4/healthcareservice-definitions.html#HealthcareService.notAvailable
import type { HealthcareService, Organization, Resource } from '@medplum/fhirtypes';
import type { Client } from '../../../fhir/client.ts';
import { CATEGORY, extensionUrl } from '../../../fhir/systems.ts';

/** Days on which nobody works, `YYYY-MM-DD`, both included. */
export interface Closure {
  readonly start: string;
  readonly end: string;
  readonly description: string;
}

/** The calendar of an organisation; without `service` it has none of its own yet. */
export interface OrganizationCalendar {
  readonly organization: Organization;
  readonly service?: HealthcareService;
}

const TIME_ZONE = 'http://hl7.org/fhir/StructureDefinition/timezone';
const DAY = 86_400_000;

const isCalendar = (one: Resource): one is HealthcareService =>
  one.resourceType === 'HealthcareService' &&
  (one.category?.some(({ coding }) =>
    coding?.some(({ system, code }) => system === CATEGORY && code === 'calendar'),
  ) ??
    false);

/** All organisations with their calendars: those that have one first, then by name. */
export async function readCalendars(client: Client): Promise<readonly OrganizationCalendar[]> {
  const [services, organizations] = await Promise.all([
    client.search('HealthcareService', { 'service-category': `${CATEGORY}|calendar`, _count: '200' }),
    client.search('Organization', { active: 'true', _sort: 'name', _count: '200' }),
  ]);
  const calendars = services.resources.filter(isCalendar);
  const found = organizations.resources
    .filter((one): one is Organization => one.resourceType === 'Organization')
    .map((organization) => {
      const reference = `Organization/${organization.id}`;
      const service = calendars.find(({ providedBy }) => providedBy?.reference === reference);
      return { organization, ...(service && { service }) };
    });
  return [...found.filter(({ service }) => service), ...found.filter(({ service }) => !service)];
}

/** The time zone that a calendar names. */
export const timeZoneOf = ({ extension }: HealthcareService): string | undefined =>
  extension?.find(({ url }) => url === TIME_ZONE)?.valueCode;

/** The closures of a calendar, the earliest first. Only days are told, as the service clocks count them. */
export function closuresOf({
  notAvailable = [],
}: Pick<HealthcareService, 'notAvailable'>): readonly Closure[] {
  const closures = notAvailable.flatMap(({ during, description }) => {
    const start = (during?.start ?? during?.end)?.slice(0, 10);
    return start ? [{ start, end: (during?.end ?? start).slice(0, 10), description: description ?? '' }] : [];
  });
  return closures.sort((one, other) => one.start.localeCompare(other.start));
}

/** The closure that a day lies in. */
export const closureOn = (closures: readonly Closure[], day: string): Closure | undefined =>
  closures.find(({ start, end }) => start <= day && day <= end);

const isThis = (closure: Closure) => (one: NonNullable<HealthcareService['notAvailable']>[number]) => {
  const [read] = closuresOf({ notAvailable: [one] });
  return (
    read?.start === closure.start && read.end === closure.end && read.description === closure.description
  );
};

/** The calendar with one more closure. */
export const withClosure = (
  service: HealthcareService,
  { start, end, description }: Closure,
): HealthcareService => ({
  ...service,
  notAvailable: [...(service.notAvailable ?? []), { description, during: { start, end } }],
});

/** The calendar without a closure; what it says otherwise stays. */
export function withoutClosure(service: HealthcareService, closure: Closure): HealthcareService {
  const { notAvailable = [], ...rest } = service;
  const gone = notAvailable.findIndex(isThis(closure));
  const left = notAvailable.filter((_one, place) => place !== gone);
  return { ...rest, ...(left.length > 0 && { notAvailable: left }) };
}

/** A calendar for an organisation that has none yet. */
export const newCalendar = ({ id, name }: Organization, timeZone: string): HealthcareService => ({
  resourceType: 'HealthcareService',
  meta: { profile: [extensionUrl('cn-calendar')] },
  extension: [{ url: TIME_ZONE, valueCode: timeZone }],
  active: true,
  providedBy: { reference: `Organization/${id}` },
  category: [{ coding: [{ system: CATEGORY, code: 'calendar' }], text: 'Calendar' }],
  ...(name && { name }),
});

/** A month, `YYYY-MM`. */
export const monthOf = (day: string): string => day.slice(0, 7);

/** The month a number of months after another. */
export function monthAfter(month: string, months: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** The day a number of days after another. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/** 0 for Monday to 6 for Sunday. */
export const weekdayOf = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

/** The weeks of a month from Monday on; places outside the month are undefined. */
export function weeksOf(month: string): readonly (readonly (string | undefined)[])[] {
  const first = `${month}-01`;
  const count = Number(dayAfter(`${monthAfter(month, 1)}-01`, -1).slice(8));
  const before = weekdayOf(first);
  const weeks = Math.ceil((before + count) / 7);
  return Array.from({ length: weeks }, (_week, week) =>
    Array.from({ length: 7 }, (_day, weekday) => {
      const place = week * 7 + weekday - before;
      return place >= 0 && place < count ? dayAfter(first, place) : undefined;
    }),
  );
}
