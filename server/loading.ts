// What the server loads into its own storage when it starts: FHIR packages, the definitions of ours, the demo stories.
import { readFileSync } from 'node:fs';
import { saveClients, saveUsers } from './auth/index.ts';
import { demoBundles } from './bulk/demo.ts';
import { storePackages } from './bulk/package.ts';
import { systemAccess } from './fhir/access.ts';
import type { Result } from './fhir/result.ts';
import type { FhirRequest } from './interaction/context.ts';
import { stamp } from './interaction/write-pipeline.ts';
import type { Storage } from './storage.ts';
import { readDefinitions } from './validation/index.ts';
import { packageOf } from './validation/package.ts';

const ROOT = new URL('../', import.meta.url);
/** Definitions of ours. */
export const DEFINITIONS = new URL('profiles/definitions/', ROOT);
export const VERSION = (
  JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string }
).version;

/** Stores what FHIR packages bring. @returns what there is to tell about it */
export async function packageNotes({ packages, parts, store }: Storage, now: () => Date): Promise<string[]> {
  const stored = await storePackages(packages.list, { ...parts, store, stamp, now });
  const failed = stored?.failed.map((line) => `Not stored: ${line}`) ?? [];
  return [...packages.notes, ...failed];
}

/** Stores what the program itself defines. @throws Error when a definition is not taken */
export async function storeDefinitions({ parts, store }: Storage, now: () => Date): Promise<void> {
  const own = packageOf('throughline', VERSION, readDefinitions(DEFINITIONS));
  const stored = await storePackages([own], { ...parts, store, stamp, now });
  if (stored?.failed.length) throw new Error(`A definition of ours was not stored: ${stored.failed[0]}`);
}

/** Loads the demo stories into a database without patients. */
export async function seedDemo(
  { sql, typeId }: Storage,
  dispatch: (request: FhirRequest) => Promise<Result>,
  now: () => Date,
): Promise<number> {
  const [row] = await sql`select exists (select from resource where type = ${typeId('Patient')}) as filled`;
  if (row!.filled) return 0;
  const folder = new URL('fixtures/demo/', ROOT);
  const bundles = demoBundles(folder, now());
  for (const body of bundles) {
    await dispatch({
      method: 'POST',
      path: [],
      query: new URLSearchParams(),
      headers: {},
      body,
      access: systemAccess,
    });
  }
  const { users, clients } = JSON.parse(readFileSync(new URL('users.json', folder), 'utf8'));
  await saveUsers(sql, users);
  await saveClients(sql, clients);
  return bundles.reduce((count, { entry }) => count + (entry?.length ?? 0), 0);
}
