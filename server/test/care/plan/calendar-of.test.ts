// Whose business days count: an organisation's own, those of the one that it is part of, or of a role's organisation.
// https://hl7.org/fhir/R4/healthcareservice-definitions.html#HealthcareService.notAvailable
import type { HealthcareService, Organization, PractitionerRole } from '@medplum/fhirtypes';
import t from 'tap';
import { isBusinessDay } from '../../../care/calendar.ts';
import { ownersOf, readCalendars } from '../../../care/calendar-of.ts';
import { CATEGORY, concept } from '../../../care/code.ts';

const closed = (start: string, end?: string) => ({
  description: 'Closed',
  during: { start, ...(end && { end }) },
});
const calendar = (
  owner: string,
  zone: string | undefined,
  days: ReturnType<typeof closed>[],
): HealthcareService => ({
  resourceType: 'HealthcareService',
  id: `calendar-of-${owner.split('/')[1]}`,
  ...(zone && { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: zone }] }),
  category: [concept(CATEGORY, 'calendar')],
  providedBy: { reference: owner },
  notAvailable: days,
});
const part = (id: string, of?: string): Organization => ({
  resourceType: 'Organization',
  id,
  ...(of && { partOf: { reference: of } }),
});
const role = (id: string, organization: string): PractitionerRole => ({
  resourceType: 'PractitionerRole',
  id,
  organization: { reference: organization },
});

const WORLD = [
  calendar('Organization/care', 'America/New_York', [
    closed('2026-12-24', '2026-12-26'),
    closed('2026-07-03'),
  ]),
  calendar('Organization/clinic', undefined, [closed('2026-05-01')]),
  part('care'),
  part('practice', 'Organization/care'),
  part('team', 'https://other.example/fhir/Organization/practice/_history/2'),
  role('nurse', 'Organization/team'),
  part('loop', 'Organization/loop'),
];
const calendarOf = readCalendars(WORLD, 'Europe/Berlin');

t.test('the calendar of an organisation holds for its parts, and for the roles in them', async (t) => {
  for (const reference of [
    'Organization/care',
    'Organization/practice',
    'Organization/team',
    'PractitionerRole/nurse',
  ])
    t.equal(calendarOf(reference).timeZone, 'America/New_York', reference);
  t.equal(calendarOf('Organization/care/_history/3').timeZone, 'America/New_York');
});

t.test('a closure is all its days; without an end it is one', async (t) => {
  const days = [...calendarOf('Organization/care').holidays].sort();
  t.strictSame(days, ['2026-07-03', '2026-12-24', '2026-12-25', '2026-12-26']);
  t.notOk(isBusinessDay('2026-12-25', calendarOf('Organization/care')));
});

t.test('a calendar without a time zone is in that of the house', async (t) => {
  t.equal(calendarOf('Organization/clinic').timeZone, 'Europe/Berlin');
  t.strictSame([...calendarOf('Organization/clinic').holidays], ['2026-05-01']);
});

t.test('whoever has no calendar works Monday to Friday', async (t) => {
  for (const reference of [undefined, 'Organization/unknown', 'Organization/loop', '#it', 'urn:uuid:1'])
    t.strictSame([...calendarOf(reference).holidays], [], String(reference));
});

t.test('where there is one calendar, it is that of the house', async (t) => {
  const only = readCalendars([calendar('Organization/care', 'America/Chicago', [])], 'UTC');
  t.equal(only().timeZone, 'America/Chicago');
  t.equal(only('Organization/other').timeZone, 'UTC');
});

t.test('what is no day, and what is no time zone, is passed over', async (t) => {
  const odd = readCalendars(
    [calendar('Organization/odd', 'Mars/Olympus', [closed('2026'), closed('2026-03-04', '2026-01-01')])],
    'UTC',
  );
  t.strictSame(odd('Organization/odd'), { timeZone: 'UTC', holidays: new Set() });
});

t.test('an instant is on the day that the wall shows there', async (t) => {
  const late = readCalendars(
    [calendar('Organization/x', 'America/New_York', [closed('2026-03-05T02:00:00Z')])],
    'UTC',
  );
  t.strictSame([...late('Organization/x').holidays], ['2026-03-04']);
});

t.test('the owners of calendars are told', async (t) => {
  t.strictSame(ownersOf(WORLD), ['Organization/care', 'Organization/clinic']);
});
