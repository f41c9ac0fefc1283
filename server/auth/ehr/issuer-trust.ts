// Trust in other houses, put together: the EHRs that are trusted, and what is looked up here for their users and patients.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import type { Sql } from '../../db/pool.ts';
import type { AuthLog } from '../deps.ts';
import type { Trust } from './exchange-subject.ts';
import { createIssuers } from './issuer.ts';
import { createCharts, type FindResources } from './link-charts.ts';

/**
 * Reads the registry of trusted EHRs and keeps reading it.
 * @param find searches our own records, without limits: what it finds is shown to nobody but as a candidate
 */
export async function createTrust(sql: Sql, find: FindResources, log: AuthLog): Promise<Trust> {
  const issuers = await createIssuers(sql, ({ message }) => log.error({ message }, 'trusted EHRs not read'));
  return { issuers, charts: createCharts(find) };
}
