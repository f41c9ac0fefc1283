// Stores the conformance resources of FHIR packages, so that they are found like any other; what is there already stays.
// https://confluence.hl7.org/display/FHIR/NPM+Package+Specification · https://hl7.org/fhir/R4/conformance-module.html
import type { Resource } from '@medplum/fhirtypes';
import { UPDATED, VERSION } from '../validation/definition/read-package.ts';
import type { StoredPackage } from '../validation/package.ts';
import { type BatchDependencies, storeBatch } from './import-batch.ts';
import type { Checked } from './import-item.ts';

/** What became of the resources of all packages. */
export interface StoredPackages {
  created: number;
  updated: number;
  /** `Type/id` of those that were not stored, each with the reason. */
  failed: string[];
}

/** One process stores; the others find its work. */
const LOCK = 7_205_763;
/** Resources of one transaction. */
const BATCH = 200;

/** Places of the entries that are not stored as they are in the package. */
async function changed(
  { entries }: StoredPackage,
  { sql, ridOf }: Pick<BatchDependencies, 'sql' | 'ridOf'>,
): Promise<number[]> {
  const rids = entries.map(({ type, id }) => ridOf(`${type}/${id}`));
  const hashes = entries.map((entry) => entry.hash);
  const rows = await sql.unsafe(
    `select k.place::int - 1 as place
      from unnest($1::bigint[], $2::text[]) with ordinality as k(rid, hash, place)
      left join resource r on r.rid = k.rid
      where r.rid is null or r.deleted or md5(replace(replace(r.content,
        '"versionId":"' || r.version || '"', '"versionId":"${VERSION}"'),
        '"lastUpdated":"' || to_char(r.last_updated at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"',
        '"lastUpdated":"${UPDATED}"')) <> k.hash
      order by k.place`,
    [`{${rids.join(',')}}`, `{${hashes.join(',')}}`],
  );
  return rows.map(({ place }) => place as number);
}

function checkedOf({ name, version }: StoredPackage, resource: Resource): Checked {
  const { resourceType: type, id } = resource as Resource & { id: string };
  const file = {
    path: '',
    name: `${type}/${id} of ${name} ${version}`,
    format: 'json',
    gzipped: true,
    bytes: 0,
  } as const;
  return { place: { file }, type, id, key: `${type}/${id}`, named: false, resource, references: [], size: 0 };
}

async function storePackage(
  one: StoredPackage,
  deps: BatchDependencies,
  stored: StoredPackages,
): Promise<void> {
  const places = await changed(one, deps);
  if (!places.length) return;
  const resources = one.resources();
  for (let start = 0; start < places.length; start += BATCH) {
    const batch = places.slice(start, start + BATCH).map((place) => checkedOf(one, resources[place]!));
    const { created, updated, failures } = await storeBatch(batch, deps);
    stored.created += created;
    stored.updated += updated;
    stored.failed.push(
      ...failures.map(({ place, issues }) => `${place.file.name}: ${issues[0]?.diagnostics ?? 'not stored'}`),
    );
  }
}

/**
 * Stores the resources of packages under ids of their canonical URL and version. Those that are there with the same content
 * get no new version; those that were changed or deleted meanwhile become again what the package says.
 * @returns undefined when another process is at it
 */
export async function storePackages(
  list: readonly StoredPackage[],
  deps: BatchDependencies,
): Promise<StoredPackages | undefined> {
  const stored: StoredPackages = { created: 0, updated: 0, failed: [] };
  if (!list.length) return stored;
  return (await deps.sql.begin(async (transaction) => {
    const [row] = await transaction`select pg_try_advisory_xact_lock(${LOCK}) as mine`;
    if (!row!.mine) return undefined;
    for (const one of list) await storePackage(one, deps, stored);
    return stored;
  })) as StoredPackages | undefined;
}
