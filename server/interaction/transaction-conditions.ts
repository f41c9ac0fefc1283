// The criteria in a transaction: locked together, and each resolved to the one resource that it names.
// https://hl7.org/fhir/R4/http.html#trules
import { badRequest, notFound } from '../fhir/errors.ts';
import type { StoredVersion } from '../store/index.ts';
import { checkFree, checkStillMatches, conditionalId, findMatch } from './conditional.ts';
import type { Context, Executor } from './context.ts';
import { existing } from './create.ts';
import { checkVersion } from './precondition.ts';
import { forEntry, keyOf, type Step } from './transaction-step.ts';

interface Lookup {
  context: Context;
  executor: Executor;
}

/** Locks all criteria of the entries, in the same order everywhere, so that no two transactions wait for each other. */
export async function lockCriteria({ context, executor }: Lookup, steps: readonly Step[]): Promise<void> {
  const locks = new Set(steps.flatMap(({ criteria }) => criteria?.lock ?? []));
  for (const lock of [...locks].sort()) await context.store.lockCriteria(lock, executor);
}

/** What an entry does whose criteria match nothing. @throws FhirError 404: a patch creates nothing; 412 with If-Match */
function resolveNone(step: Step): void {
  checkVersion(step.request.headers, undefined);
  if (step.request.method === 'DELETE') step.result = { kind: 'empty', status: 204 };
  if (step.request.method === 'PATCH')
    throw notFound(`No ${step.type} matches the criteria; there is nothing to patch.`, 'request.url');
}

/** Conditional updates, patches and deletes: what their criteria match now gives them their ids. */
export async function resolveMatches({ context, executor }: Lookup, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const { criteria, request } = step;
    if (!criteria) continue;
    await forEntry(step, async () => {
      step.match = await findMatch(context, criteria, request, executor);
      if (step.resource) step.id = conditionalId(step.resource, step.match, step.freshId);
      else if (step.match) step.id = step.match.id;
      if (!step.match) resolveNone(step);
    });
  }
}

/** @throws FhirError 409, VersionRace when what was locked is not what the criteria matched */
export async function checkMatches(
  steps: readonly Step[],
  present: ReadonlyMap<string, StoredVersion>,
): Promise<void> {
  for (const step of steps) {
    if (!step.criteria || step.result) continue;
    const current = present.get(keyOf(step));
    checkStillMatches(step.match, current);
    if (step.resource) await forEntry(step, () => checkFree(step.type, step.id, step.match, current));
  }
}

/** POST with ifNoneExist: what is there stands for the entry, and the same criteria twice make one resource. */
export async function resolveConditionalCreates(
  { context, executor }: Lookup,
  posts: readonly Step[],
): Promise<void> {
  const firsts = new Map<string, Step>();
  for (const step of posts) {
    const { criteria, request } = step;
    if (!criteria) continue;
    const first = firsts.get(criteria.key);
    if (first) {
      step.id = first.id;
      step.sameAs = first;
      continue;
    }
    firsts.set(criteria.key, step);
    step.match = await forEntry(step, () => findMatch(context, criteria, request, executor));
    if (!step.match) continue;
    step.id = step.match.id;
    step.result = existing(step.match);
  }
}

/**
 * The same resource may be written only once, whether its id or its criteria name it, and a fullUrl name one entry only.
 * @throws FhirError 400 that names both entries
 */
export async function checkUnique(steps: readonly Step[]): Promise<void> {
  const seen = new Map<string, number>();
  const check = (index: number, key: string, says: (earlier: number) => string, expression: string) => {
    const earlier = seen.get(key);
    if (earlier !== undefined) throw badRequest(says(earlier), expression);
    seen.set(key, index);
  };
  for (const step of steps) {
    await forEntry(step, () => {
      const { fullUrl, criteria, request } = step;
      if (step.id)
        check(
          step.index,
          keyOf(step),
          (n) => `${keyOf(step)} is written by entry ${n} too. A transaction may write a resource only once.`,
          'request.url',
        );
      if (criteria && request.method !== 'POST')
        check(
          step.index,
          criteria.key,
          (n) => `The criteria are those of entry ${n} too. A transaction may write a resource only once.`,
          'request.url',
        );
      if (fullUrl !== undefined)
        check(
          step.index,
          `fullUrl ${fullUrl}`,
          (n) => `The fullUrl is that of entry ${n} too. Give every entry its own.`,
          'fullUrl',
        );
    });
  }
  await checkCreates(steps);
}

/** @throws FhirError 400 for a conditional create whose criteria another entry writes by */
async function checkCreates(steps: readonly Step[]): Promise<void> {
  const writers = new Map(
    steps
      .filter(({ criteria, request }) => criteria && request.method !== 'POST')
      .map((step) => [step.criteria!.key, step.index]),
  );
  for (const step of steps) {
    const writer =
      step.request.method === 'POST' && step.criteria ? writers.get(step.criteria.key) : undefined;
    if (writer === undefined) continue;
    await forEntry(step, () => {
      throw badRequest(
        `Entry ${writer} writes by the same criteria. A transaction may write a resource only once.`,
        'request.ifNoneExist',
      );
    });
  }
}
