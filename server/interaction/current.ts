// The present version that a write starts from, if the caller may touch it.
import { type Access, type Letter, reach } from '../fhir/access.ts';
import { badRequest, conflict } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import type { Result } from '../fhir/result.ts';
import { resourceOf, type StoredVersion, UNLIMITED } from '../store/index.ts';
import type { Context, Executor } from './context.ts';
import { checkScope, outside } from './reach.ts';

/** How often a write without If-Match starts again when another writer was faster. */
const ATTEMPTS = 5;

/** What a write does on the present version, a deleted one included; undefined when another writer was faster. */
type Attempt = (current: StoredVersion | undefined, executor?: Executor) => Promise<Result | undefined>;

/**
 * Runs a write of one resource on its present version. The first attempt reads it; where another writer comes between,
 * the next ones hold the row's lock, so that any number of writers get through, one after the other.
 * @throws FhirError 400 for text that is no id, 403 without a scope or outside the caller's compartment
 */
export async function onCurrent(
  context: Context,
  [type, id]: readonly [type: string, id: string],
  access: Access,
  letter: Letter,
  attempt: Attempt,
): Promise<Result> {
  checkScope(access, type, letter);
  if (!ID.test(id)) throw badRequest(`"${id}" is not an id. Ids have 1 to 64 letters, digits, "-" and ".".`);
  const once = async (executor?: Executor) =>
    attempt(await currentFor(context, [type, id], access, letter, executor), executor);
  for (let n = 1; n <= ATTEMPTS; n++) {
    const result = await (n === 1 ? once() : context.store.transaction(once));
    if (result) return result;
  }
  throw conflict(
    `${type}/${id} is being changed by many writers at once. Read it again and repeat your change.`,
  );
}

/**
 * The present version: read, or with an executor locked until its transaction ends.
 * @throws FhirError 403 outside the caller's reach
 */
export async function currentFor(
  context: Context,
  [type, id]: readonly [type: string, id: string],
  access: Access,
  letter: Letter,
  executor?: Executor,
): Promise<StoredVersion | undefined> {
  const { store, search } = context;
  const isLimited = reach(access, type, letter) !== 'all';
  if (executor || !isLimited) {
    const current = executor
      ? (await store.lock([{ type, id }], executor)).get(`${type}/${id}`)
      : await store.read(type, id, UNLIMITED);
    if (!current || !isLimited) return current;
    if (!(await isWithin(context, [type, id], access, letter, current, executor)))
      throw outside(access, type, id, letter);
    return current;
  }
  const present = await store.present(type, id, search.visibility(access, letter, [type]));
  if (!present) return undefined;
  const seen = present.deleted
    ? await wasWithin(context, [type, id], access, letter, present)
    : present.visible;
  if (!seen) throw outside(access, type, id, letter);
  return present;
}

async function isWithin(
  context: Context,
  [type, id]: readonly [type: string, id: string],
  access: Access,
  letter: Letter,
  current: StoredVersion,
  executor?: Executor,
): Promise<boolean> {
  if (current.deleted) return wasWithin(context, [type, id], access, letter, current, executor);
  const visibility = context.search.visibility(access, letter, [type]);
  return (await context.store.visible([{ type, id }], visibility, executor)).size > 0;
}

/** Whether a resource that was deleted was in the caller's reach until then: a deletion itself lies in no chart. */
export async function wasWithin(
  { store, search }: Context,
  [type, id]: readonly [type: string, id: string],
  access: Access,
  letter: Letter,
  deletion: StoredVersion,
  executor?: Executor,
): Promise<boolean> {
  const last = await store.readVersion(type, id, deletion.version - 1, UNLIMITED, executor);
  if (!last || last.deleted) return false;
  const [within] = await search.visibilities.permits(access, letter, [resourceOf(last)], {
    labels: true,
    executor,
  });
  return within!;
}
