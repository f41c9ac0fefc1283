// What the database knows about the requests of a journal: whose the resources are, which versions are changes, for whom users
// work, and why a chart was opened in an emergency.
import type { PractitionerRole } from '@medplum/fhirtypes';
import type { Transaction } from '../db/pool.ts';
import type { Rid, RidOf } from '../db/rid.ts';
import { plainArray, textArray } from '../db/statement.ts';
import { parseJson } from '../fhir/json.ts';
import { indexResource } from '../indexing/index.ts';
import type { SearchParam } from '../search/param/type.ts';

export interface LookUpDependencies {
  ridOf: RidOf;
  typeId: (type: string) => number;
  indexed: (type: string) => readonly SearchParam[];
  /** Parameter id of the patient compartment. */
  compartment: number;
  base: string;
}

/** A version of a resource: how it came about. */
export interface VersionFacts {
  lastUpdated: Date;
  deleted: boolean;
}

/** Patients that one event names at most. */
const MAX_PATIENTS = 10;

const typeOf = (key: string): string => key.slice(0, key.indexOf('/'));

/** The patients in whose compartments deleted resources lay: their index rows are gone, the version before tells. */
async function ofDeleted(
  transaction: Transaction,
  keys: readonly string[],
  { ridOf, indexed, compartment, base }: LookUpDependencies,
): Promise<[Rid, Rid][]> {
  const byRid = new Map(keys.map((key) => [ridOf(key), key]));
  const rows = await transaction`select distinct on (h.rid) h.rid::text, h.content from history h
    join resource r on r.rid = h.rid and r.deleted
    where h.rid = any(${plainArray([...byRid.keys()])}::bigint[]) and not h.deleted order by h.rid, h.version desc`;
  return rows.flatMap(({ rid, content }): [Rid, Rid][] => {
    const params = indexed(typeOf(byRid.get(rid as string)!)).filter(({ id }) => id === compartment);
    const made = indexResource(parseJson(content as string) as object, params, { ridOf, base });
    return (made.get('index_reference') ?? []).map(({ values }) => [rid as Rid, String(values[0])]);
  });
}

/**
 * Logical ids of the patients in whose compartments resources lie, or lay before they were deleted.
 * @param keys `Type/id`
 */
export async function patientsOf(
  transaction: Transaction,
  keys: readonly string[],
  deps: LookUpDependencies,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (!keys.length) return found;
  const { ridOf, typeId, compartment } = deps;
  const rows = await transaction`select i.rid::text, i.target::text from index_reference i
    where i.param = ${compartment} and i.rid = any(${plainArray(keys.map(ridOf))}::bigint[])`;
  const links = rows.map(({ rid, target }): [Rid, Rid] => [rid, target]);
  const present = new Set(links.map(([rid]) => rid));
  links.push(
    ...(await ofDeleted(
      transaction,
      keys.filter((key) => !present.has(ridOf(key))),
      deps,
    )),
  );
  const patients = await transaction`select rid::text, id from resource
    where type = ${typeId('Patient')} and rid = any(${plainArray([...new Set(links.map(([, target]) => target))])}::bigint[])`;
  const ids = new Map(patients.map(({ rid, id }) => [rid as string, id as string]));
  const byRid = new Map<string, Set<string>>();
  for (const [rid, target] of links) {
    const id = ids.get(target);
    if (id) byRid.set(rid, (byRid.get(rid) ?? new Set()).add(id));
  }
  for (const key of keys) {
    const list = byRid.get(ridOf(key));
    if (list) found.set(key, [...list].sort().slice(0, MAX_PATIENTS));
  }
  return found;
}

/** What is stored of versions, by `Type/id/version`. */
export async function versionsOf(
  transaction: Transaction,
  targets: readonly { type: string; id: string; version: number }[],
  { ridOf }: LookUpDependencies,
): Promise<Map<string, VersionFacts>> {
  if (!targets.length) return new Map();
  const keys = targets.map(({ type, id, version }) => `${type}/${id}/${version}`);
  const rids = plainArray(targets.map(({ type, id }) => ridOf(`${type}/${id}`)));
  const versions = plainArray(targets.map(({ version }) => version));
  const rows = await transaction`select t.key, v.last_updated, v.deleted
    from unnest(${textArray(keys)}::text[], ${rids}::bigint[], ${versions}::integer[]) as t(key, rid, version)
    join lateral (
      select last_updated, deleted from resource r where r.rid = t.rid and r.version = t.version
      union all
      select last_updated, deleted from history h where h.rid = t.rid and h.version = t.version
    ) v on true`;
  return new Map(
    rows.map(({ key, last_updated, deleted }) => [key as string, { lastUpdated: last_updated, deleted }]),
  );
}

/** References of the organizations that users work for, by the users' references. */
export async function organizationsOf(
  transaction: Transaction,
  users: readonly string[],
  { ridOf }: LookUpDependencies,
): Promise<Map<string, string>> {
  const roles = new Map(
    users.flatMap((user): [Rid, string][] =>
      user.startsWith('PractitionerRole/') ? [[ridOf(user), user]] : [],
    ),
  );
  if (!roles.size) return new Map();
  const rows = await transaction`select rid::text, content from resource
    where rid = any(${plainArray([...roles.keys()])}::bigint[]) and not deleted`;
  return new Map(
    rows.flatMap(({ rid, content }): [string, string][] => {
      const reference = (JSON.parse(content as string) as PractitionerRole).organization?.reference;
      return reference ? [[roles.get(rid as string)!, reference]] : [];
    }),
  );
}

/** A patient's chart in the hands of a user, between two instants in milliseconds since 1970. */
export interface ChartUse {
  subject: string;
  /** Logical id. */
  patient: string;
  from: number;
  to: number;
}

/** The reason that a user gave for opening a chart by a request: of all reasons given for it, that of the nearest instant. */
export async function breakGlassReason(
  transaction: Transaction,
  { subject, patient, to }: ChartUse,
  { ridOf }: LookUpDependencies,
): Promise<string | undefined> {
  const [row] = await transaction`select reason from break_glass
    where subject = ${subject} and patient = ${ridOf(`Patient/${patient}`)}
    order by abs(extract(epoch from at - ${new Date(to)}::timestamptz)) limit 1`;
  return row?.reason as string | undefined;
}

/** Whether users had opened charts in an emergency when they used them. @returns places in `uses` */
export async function openedCharts(
  transaction: Transaction,
  uses: readonly ChartUse[],
  { ridOf }: LookUpDependencies,
): Promise<Set<number>> {
  if (!uses.length) return new Set();
  const instants = (of: (use: ChartUse) => number) =>
    textArray(uses.map((use) => new Date(of(use)).toISOString()));
  const rows = await transaction`select t.n::integer - 1 as n
    from unnest(${textArray(uses.map(({ subject }) => subject))}::text[],
      ${plainArray(uses.map(({ patient }) => ridOf(`Patient/${patient}`)))}::bigint[],
      ${instants(({ from }) => from)}::timestamptz[], ${instants(({ to }) => to)}::timestamptz[])
      with ordinality as t(subject, patient, low, high, n)
    where exists (select from break_glass b where b.subject = t.subject and b.patient = t.patient
      and b.at <= t.high and b.until > t.low)`;
  return new Set(rows.map(({ n }) => n as number));
}
