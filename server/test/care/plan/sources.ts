// Definitions and records in memory, for plans that are applied without a server.
import type { Patient, Resource } from '@medplum/fhirtypes';
import { plainCalendar } from '../../../care/calendar.ts';
import type { Definition, Given, Sources } from '../../../care/plan/given.ts';
import { codesIn } from '../../../care/plan/value-set.ts';

export const NOW = new Date('2026-03-02T15:00:00Z');
export const PATIENT: Patient = {
  resourceType: 'Patient',
  id: 'p',
  birthDate: '1990-01-01',
  gender: 'female',
};

/** What plans are applied in: these definitions and records, and nothing else. */
export const sourcesOf = (
  definitions: readonly Definition[] = [],
  records: readonly Resource[] = [],
): Sources => ({
  now: NOW,
  calendar: plainCalendar('UTC'),
  definition: async (canonical) => definitions.find(({ url }) => url === canonical.split('|')[0]),
  find: async (type) => records.filter(({ resourceType }) => resourceType === type),
  read: async (reference) => records.find(({ resourceType, id }) => `${resourceType}/${id}` === reference),
  codes: async () => codesIn(records.filter((one) => one.resourceType === 'ValueSet')),
});

export const givenFor = (more: Partial<Given> = {}): Given => ({
  subjects: new Map([['Patient', PATIENT]]),
  concepts: {},
  start: NOW,
  ...more,
});

/** What a promise is refused with; undefined when it is kept. */
export const refusal = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
