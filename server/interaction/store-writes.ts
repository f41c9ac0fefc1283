// The last step of every write: its references are held against the chart and the store, and what passes is stored.
// https://hl7.org/fhir/R4/http.html#update
import type { Access } from '../fhir/access.ts';
import { type FhirError, issue, unprocessable } from '../fhir/errors.ts';
import { referencesOutsideChart } from './chart-references.ts';
import type { Context, Executor } from './context.ts';
import { checkWithin } from './reach.ts';
import { LETTERS, type PreparedWrite } from './write-pipeline.ts';

/** 422 for references that name nothing here, each with its expression. */
export function danglingReferences(
  absent: readonly string[],
  expressions: ReadonlyMap<string, string>,
): FhirError {
  return unprocessable(
    absent.map((key) =>
      issue(
        'not-found',
        `${expressions.get(key)} names ${key}, which does not exist here, or your access does not cover it. Create it first, or send both in one transaction.`,
        expressions.get(key)?.replace(/\.reference$/, ''),
        'reference',
      ),
    ),
  );
}

/**
 * Stores prepared writes of one instant, all with one statement.
 * @param expressions the references that must exist here: key `Type/id`, value where each stands
 * @returns false when another writer was faster on any of them; inside a transaction the others are then to be rolled back
 * @throws FhirError 403 for what the caller may not write, 422 that names each reference to nothing; then nothing was stored
 */
export async function storeWrites(
  context: Context,
  writes: readonly PreparedWrite[],
  expressions: ReadonlyMap<string, string>,
  access: Access,
  executor?: Executor,
): Promise<boolean> {
  const resources = writes.flatMap(({ version: { method, resource } }) =>
    resource ? [{ letter: LETTERS[method], resource }] : [],
  );
  await checkWithin(context, resources, access, executor);
  const outside = await referencesOutsideChart(context, writes, access, executor);
  if (outside.length) throw danglingReferences(outside, expressions);
  const versions = writes.map(({ version }) => version);
  const { lastUpdated } = writes[0]!;
  const { written, absent } = await context.store.write(versions, lastUpdated, expressions.keys(), executor);
  if (absent.length) throw danglingReferences(absent, expressions);
  return written.size === writes.length;
}
