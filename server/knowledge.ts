// The care rules of this server, with what they know of its own resources: calendars, plans, scope of practice; kept up to date.
import type { Resource } from '@medplum/fhirtypes';
import { checkAuditWrite } from './audit/only-server.ts';
import { readPolicies } from './auth/index.ts';
import { ownersOf, readCalendars } from './care/calendar-of.ts';
import { ROLE } from './care/code.ts';
import { type Care, createCare } from './care/index.ts';
import { type PlanTrigger, readPlans, valueSetsOf } from './care/plan/trigger.ts';
import { valueSetsIn as partsOf } from './care/plan/value-set.ts';
import { practiceReader } from './care/practice/index.ts';
import { readStaff } from './care/practice/owner.ts';
import { PRACTICE_CODE } from './care/practice/rule.ts';
import type { Config } from './config.ts';
import { createLive, type Live, type LiveMore, type LiveQuery } from './live.ts';
import { createIfAbsent } from './policies.ts';
import type { Storage } from './storage.ts';
import { compareVersions } from './validation/definition/version.ts';

const CALENDAR = 'https://throughline.example/fhir/CodeSystem/cn-category|calendar';
const PRACTICE = new URL('../profiles/practice/', import.meta.url);

/** Organisations that one search names. */
const TOGETHER = 100;

const chunks = (keys: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(keys.length / TOGETHER) }, (_, n) =>
    keys.slice(n * TOGETHER, (n + 1) * TOGETHER),
  );

/** The parts of organisations that have a calendar, and the roles in them: so many as work by the calendars of this server. */
const workersOfCalendars: LiveMore = {
  types: ['Organization', 'PractitionerRole'],
  next(found) {
    const parts = found
      .filter(({ resourceType }) => resourceType === 'Organization')
      .map(({ id }) => `Organization/${id}`);
    return chunks([...ownersOf(found), ...parts]).flatMap((keys): LiveQuery[] => [
      ['Organization', `partof=${keys.join(',')}`],
      ['PractitionerRole', `organization=${keys.join(',')}`],
    ]);
  },
};

const plansIn = (found: readonly Resource[]) => found.filter((one) => one.resourceType === 'PlanDefinition');
const valueSetsIn = (found: readonly Resource[]) => found.filter((one) => one.resourceType === 'ValueSet');

/** The value sets that plans name in what sets them off, and those that these are made of. */
const valueSetsOfPlans: LiveMore = {
  types: ['ValueSet'],
  next(found) {
    const urls = [...valueSetsOf(plansIn(found)), ...valueSetsIn(found).flatMap(partsOf)];
    return chunks([...new Set(urls)]).map((some) => [
      'ValueSet',
      `url=${some.map(encodeURIComponent).join(',')}`,
    ]);
  },
};

/** The people in the roles of ours. */
const peopleOfStaff: LiveMore = {
  types: ['Practitioner'],
  next(found) {
    const people = found.flatMap((one) =>
      one.resourceType === 'PractitionerRole' ? (one.practitioner?.reference ?? []) : [],
    );
    const ids = people.filter((key) => key.startsWith('Practitioner/')).map((key) => key.slice(13));
    return chunks([...new Set(ids)]).map((some) => ['Practitioner', `_id=${some.join(',')}`]);
  },
};

/** Of several definitions with one canonical URL the newest version counts, and then only if it is not retired. */
function readPlansIn(found: readonly Resource[]): readonly PlanTrigger[] {
  const byUrl = Map.groupBy(plansIn(found), ({ url, id }) => url ?? `PlanDefinition/${id}`);
  const newest = [...byUrl.values()].map(
    (versions) => versions.toSorted((a, b) => compareVersions(b.version, a.version))[0]!,
  );
  return readPlans(
    newest.filter(({ status }) => status !== 'retired'),
    valueSetsIn(found),
  );
}

/** The rules, and what keeps their knowledge up to date. */
export interface OpenCare {
  care: Care;
  lives: readonly Live<unknown>[];
}

/**
 * Reads what the rules know, and makes them. A new database begins with the scope of practice of `profiles/practice`, unless
 * nobody has a role (`--open`).
 */
export async function openCare(
  storage: Pick<Storage, 'sql' | 'typeId' | 'search' | 'store'>,
  now: () => Date,
  { open, TIME_ZONE }: Pick<Config, 'open' | 'TIME_ZONE'>,
): Promise<OpenCare> {
  if (!open) for (const rule of readPolicies(PRACTICE)) await createIfAbsent(storage.store, rule, now());
  const calendars = await createLive(
    storage,
    [['HealthcareService', `service-category=${CALENDAR}&active=true`]],
    (found) => readCalendars(found, TIME_ZONE),
    workersOfCalendars,
  );
  const plans = await createLive(
    storage,
    [['PlanDefinition', 'status=active,draft,retired']],
    readPlansIn,
    valueSetsOfPlans,
  );
  const practice = await createLive(storage, [['Basic', `code=${PRACTICE_CODE}`]], practiceReader());
  const staff = await createLive(storage, [['PractitionerRole', `role=${ROLE}|`]], readStaff, peopleOfStaff);
  const care = createCare({
    calendar: (reference) => calendars.current(reference),
    plans: () => plans.current,
    practice: () => practice.current,
    staff: (reference) => staff.current(reference),
  });
  const check: Care['check'] = (write) => {
    checkAuditWrite(write);
    care.check(write);
  };
  return { care: { ...care, check }, lives: [calendars, plans, practice, staff] };
}
