// Whose business days count: the calendar of an organisation, kept as a HealthcareService that says when nobody works.
// https://hl7.org/fhir/R4/healthcareservice-definitions.html#HealthcareService.notAvailable
import type { HealthcareService, Organization, Period, PractitionerRole, Resource } from '@medplum/fhirtypes';
import { addDays, type Calendar, dayOf, plainCalendar } from './calendar.ts';
import { CATEGORY, hasCode } from './code.ts';
import { tailOf } from './reference.ts';

/**
 * Gives the calendar of an `Organization/…` or of the one that a `PractitionerRole/…` works for; of the house, where there is
 * only one calendar, without a reference.
 */
export type CalendarOf = (reference?: string) => Calendar;

const TIME_ZONE = 'http://hl7.org/fhir/StructureDefinition/timezone';
/** Most days of one closure: a longer one is a mistake. */
const MOST_DAYS = 366;
/** Most steps from a part of an organisation to the one that has a calendar. */
const MOST_PARENTS = 10;

/** Whether a text is the name of a time zone. */
export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** The day that a date, or an instant on the wall of the organisation, is on; undefined for less than a day. */
function dayIn(text: string | undefined, timeZone: string): string | undefined {
  if (text === undefined || text.length < 10) return undefined;
  if (text.length === 10) return text;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : dayOf(at, { timeZone });
}

/** The days of a closure; one day where it has no end. */
function daysOf({ start, end }: Period, timeZone: string): string[] {
  const first = dayIn(start, timeZone) ?? dayIn(end, timeZone);
  if (first === undefined) return [];
  const last = dayIn(end, timeZone) ?? first;
  const days: string[] = [];
  for (let day = first; day <= last && days.length < MOST_DAYS; day = addDays(day, 1)) days.push(day);
  return days;
}

const isCalendar = (one: Resource): one is HealthcareService =>
  one.resourceType === 'HealthcareService' && hasCode(one.category, CATEGORY, 'calendar');

function calendarIn({ extension = [], notAvailable = [] }: HealthcareService, fallback: string): Calendar {
  const stated = extension.find(({ url }) => url === TIME_ZONE)?.valueCode;
  const timeZone = stated !== undefined && isTimeZone(stated) ? stated : fallback;
  const days = notAvailable.flatMap(({ during }) => (during ? daysOf(during, timeZone) : []));
  return { timeZone, holidays: new Set(days) };
}

/** The organisations whose calendars these are. */
export const ownersOf = (resources: readonly Resource[]): string[] =>
  resources.filter(isCalendar).flatMap(({ providedBy }) => tailOf(providedBy) ?? []);

const ofType = <T extends Resource>(resources: readonly Resource[], type: T['resourceType']): T[] =>
  resources.filter((one): one is T => one.resourceType === type);

/**
 * Reads the calendars of all organisations.
 * @param resources the calendars, the parts of the organisations that have one, and the roles in them
 * @param timeZone of an organisation that names none
 */
export function readCalendars(resources: readonly Resource[], timeZone: string): CalendarOf {
  const own = new Map<string, Calendar>();
  for (const service of resources.filter(isCalendar)) {
    const owner = tailOf(service.providedBy);
    if (owner) own.set(owner, calendarIn(service, timeZone));
  }
  /** Where to look next: of a role its organisation, of an organisation the one that it is part of. */
  const above = new Map<string, string | undefined>([
    ...ofType<PractitionerRole>(resources, 'PractitionerRole').map(
      ({ id, organization }) => [`PractitionerRole/${id}`, tailOf(organization)] as const,
    ),
    ...ofType<Organization>(resources, 'Organization').map(
      ({ id, partOf }) => [`Organization/${id}`, tailOf(partOf)] as const,
    ),
  ]);
  const plain = plainCalendar(timeZone);
  const [only] = own.values();
  const house = own.size === 1 && only ? only : plain;
  return (reference) => {
    if (reference === undefined) return house;
    let key = tailOf({ reference });
    for (let step = 0; key !== undefined && step < MOST_PARENTS; step++) {
      const found = own.get(key);
      if (found) return found;
      key = above.get(key);
    }
    return plain;
  };
}
