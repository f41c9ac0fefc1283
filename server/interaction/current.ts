// The present version that a write starts from, if the caller may touch it.
import type { Resource } from '@medplum/fhirtypes';
import { type Access, type Letter, reach } from '../fhir/access.ts';
import { badRequest, conflict, forbidden } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import type { Result } from '../fhir/result.ts';
import { resourceOf, type Store, type StoredVersion } from '../store/index.ts';
import type { Context, Executor } from './context.ts';

const UNLIMITED = { all: undefined, confined: [] };
const VERBS: Readonly<Record<Letter, string>> = {
  c: 'creating',
  r: 'reading',
  u: 'updating',
  d: 'deleting',
  s: 'searching',
};

/** How often a write without If-Match starts again when another writer was faster. */
const ATTEMPTS = 5;

/** @throws FhirError 403 when no scope of the caller covers the interaction on the type */
export function checkScope(access: Access, type: string, letter: Letter): void {
  if (reach(access, type, letter) !== 'none') return;
  throw forbidden(
    `Your access does not cover ${VERBS[letter]} ${type}. Ask for the scope user/${type}.${letter}.`,
    undefined,
    'scope',
  );
}

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
 * @throws FhirError 403 outside the caller's compartment
 */
export async function currentFor(
  context: Context,
  [type, id]: readonly [type: string, id: string],
  access: Access,
  letter: Letter,
  executor?: Executor,
): Promise<StoredVersion | undefined> {
  const { store, search } = context;
  const current = executor
    ? (await store.lock([{ type, id }], executor)).get(`${type}/${id}`)
    : await store.read(type, id, UNLIMITED);
  if (!current || reach(access, type, letter) !== 'compartment') return current;
  const isInside = current.deleted
    ? await wasInCompartment(context, [type, id], access, current, executor)
    : (await store.visible([{ type, id }], search.visibility(access, letter, [type]), executor)).size > 0;
  if (!isInside) throw outsideCompartment(type, id);
  return current;
}

/** Whether a resource that was deleted was the patient's until then: a deletion itself lies in no compartment. */
export async function wasInCompartment(
  { store }: Context,
  [type, id]: readonly [type: string, id: string],
  access: Access,
  deletion: StoredVersion,
  executor?: Executor,
): Promise<boolean> {
  const last = await store.readVersion(type, id, deletion.version - 1, UNLIMITED, executor);
  return last !== undefined && isOfPatient(store, access, resourceOf(last));
}

const isOfPatient = (store: Store, access: Access, resource: Resource): boolean =>
  store.compartmentsOf(resource).has(store.rid('Patient', access.patient!));

/** 403: the resource belongs to another patient. */
export const outsideCompartment = (type: string, id: string) =>
  forbidden(`${type}/${id} is not about the patient whose chart is open.`, undefined, 'compartment');

/**
 * Whether a caller who is confined to a patient may see a version: a resource that is that patient's now may have been
 * another one's before. Deletions say nothing and are seen.
 */
export function isVersionVisible(
  { store }: Context,
  access: Access,
  type: string,
  version: StoredVersion,
): boolean {
  if (version.deleted || reach(access, type, 'r') !== 'compartment') return true;
  return isOfPatient(store, access, resourceOf(version));
}
