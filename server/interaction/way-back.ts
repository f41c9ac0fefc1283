// The way back: everything that one transaction wrote gets the content that it had before, in one transaction again. Nothing
// follows from it. https://hl7.org/fhir/R4/http.html#history
import type { Resource } from '@medplum/fhirtypes';
import { HELD_ON_THE_WAY_BACK, undoProvenance } from '../care/undo.ts';
import type { Access } from '../fhir/access.ts';
import { parseJson, stringifyJson } from '../fhir/json.ts';
import { resourceOf, type StoredVersion, VersionRace } from '../store/index.ts';
import type { Member } from '../store/undo.ts';
import type { Context, Executor } from './context.ts';
import { careAccess, UnitOfWork } from './unit-of-work.ts';
import { localReferences, type PreparedWrite, stamp } from './write-pipeline.ts';

/** A resource on its way back: what was written, and its present version, locked. */
export interface Returning extends Member {
  current: StoredVersion;
}

/** The references of the content before that the present one has not. */
function regained(before: Resource | undefined, now: Resource | undefined, base: string) {
  const references = localReferences(before, base);
  for (const key of localReferences(now, base).keys()) references.delete(key);
  return references;
}

/** The version that brings the content before back, or deletes what was not there. It was right once: no rule is asked. */
function returned(
  { base }: Context,
  { type, id, before, current }: Returning,
  lastUpdated: Date,
): PreparedWrite {
  const version = current.version + 1;
  const now = current.deleted ? undefined : resourceOf(current);
  const was = before === null ? undefined : (parseJson(before) as Resource);
  const resource = was && stamp(was, id, version, lastUpdated);
  return {
    intent: { type, id, letter: was ? 'u' : 'd', current, access: careAccess, lastUpdated },
    ...(now && { before: now }),
    version: {
      ...{ type, id, version },
      method: was ? 'PUT' : 'DELETE',
      ...(resource && { resource }),
      content: resource ? stringifyJson(resource) : '',
    },
    lastUpdated,
    references: regained(was, now, base),
  };
}

/**
 * Holds what comes back against the rules that look beyond it: as if it were made so today, since the step to it is none that
 * somebody takes.
 * @throws FhirError 409 of a rule that refuses
 */
async function checkHeld({ care }: Context, unit: UnitOfWork, writes: readonly PreparedWrite[]) {
  const desk = unit.desk();
  for (const { before, version } of writes) {
    const after = version.resource;
    if (!after) continue;
    const change = { ...(before && { before }), after };
    const standing = new Set(care.reactionsTo({ after }));
    for (const reaction of care.reactionsTo(change))
      if (HELD_ON_THE_WAY_BACK.has(reaction.rule) && standing.has(reaction))
        await reaction.react(change, desk);
  }
}

/**
 * Brings back what resources were before, with a record of who did it.
 * @param members everything that one change wrote, each locked until the transaction ends
 * @returns what was written, the record last; undefined when the content before names something that was deleted since
 * @throws FhirError 409 of a rule that refuses
 */
export async function bringBack(
  context: Context,
  members: readonly Returning[],
  access: Access,
  executor: Executor,
): Promise<PreparedWrite[] | undefined> {
  const lastUpdated = context.now();
  const writes = members
    // What it made and deleted again is as it was.
    .filter(({ before, current }) => before !== null || !current.deleted)
    .map((member) => returned(context, member, lastUpdated));
  const unit = new UnitOfWork(context, executor, access, lastUpdated);
  unit.adopt(writes);
  await checkHeld(context, unit, writes);
  const desk = unit.desk();
  const about = writes.flatMap(({ before, version }) => before ?? version.resource ?? []);
  const targets = writes.map(({ version: { type, id, version } }) => `${type}/${id}/_history/${version}`);
  desk.create(await undoProvenance(targets, about, desk));
  const all = unit.writes;
  const versions = all.map(({ version }) => version);
  const references = all.flatMap((write) => [...write.references.keys()]);
  const { written, absent } = await context.store.write(versions, lastUpdated, references, executor);
  if (absent.length) return undefined;
  if (written.size !== versions.length) throw new VersionRace();
  return all;
}
