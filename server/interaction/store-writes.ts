// The last step of every write: its references are held against the chart and the store, and what passes is stored.
// https://hl7.org/fhir/R4/http.html#update
import type { Desk } from '../care/write.ts';
import type { Access } from '../fhir/access.ts';
import { type FhirError, issue, unprocessable } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { markLoaded } from '../store/feed.ts';
import { VersionRace } from '../store/index.ts';
import { writerOf } from '../store/undo.ts';
import { referencesOutsideChart } from './chart-references.ts';
import type { Context, Executor } from './context.ts';
import { checkWithin } from './reach.ts';
import { isFollowed, UnitOfWork } from './unit-of-work.ts';
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

/** Keeps the writes of a transaction of its own from being stored. */
const LOST = Symbol('another writer was faster');

/** Whether anything follows from the writes. */
const isFollowing = ({ care }: Context, writes: readonly PreparedWrite[], access: Access): boolean =>
  isFollowed(access) &&
  writes.some(
    ({ before, version: { resource } }) =>
      resource && care.reactionsTo({ ...(before && { before }), after: resource }).length > 0,
  );

/**
 * Stores prepared writes of one instant, all with one statement, and what follows from them with it.
 * @param expressions the references that must exist here: key `Type/id`, value where each stands
 * @returns false when another writer was faster on any of them; inside a transaction the others are then to be rolled back
 * @throws FhirError 403 for what the caller may not write, 409 for what a care rule refuses, 422 that names each reference to
 * nothing; then nothing was stored
 */
export async function storeWrites(
  context: Context,
  writes: readonly PreparedWrite[],
  expressions: ReadonlyMap<string, string>,
  access: Access,
  executor?: Executor,
): Promise<boolean> {
  if (!isFollowing(context, writes, access)) {
    if (executor && !isFollowed(access)) await markLoaded(executor);
    await checkOwn(context, writes, expressions, access, executor);
    return storeAll(context, writes, expressions, access, executor);
  }
  const withFollowing = async (transaction: Executor) => {
    const unit = new UnitOfWork(context, transaction, access, writes[0]!.lastUpdated);
    unit.adopt(writes);
    await checkOwn(context, writes, expressions, access, transaction);
    return storeUnit(context, unit, expressions, transaction);
  };
  if (executor) return withFollowing(executor);
  try {
    await context.store.transaction(async (transaction) => {
      if (!(await withFollowing(transaction))) throw LOST;
    });
    return true;
  } catch (error) {
    if (error === LOST) return false;
    throw error;
  }
}

/** Holds the writes of a caller against what they may write. @throws FhirError 403, 422 */
async function checkOwn(
  context: Context,
  writes: readonly PreparedWrite[],
  expressions: ReadonlyMap<string, string>,
  access: Access,
  executor?: Executor,
): Promise<void> {
  const resources = writes.flatMap(({ version: { method, resource } }) =>
    resource ? [{ letter: LETTERS[method], resource }] : [],
  );
  await checkWithin(context, resources, access, executor);
  const outside = await referencesOutsideChart(context, writes, access, executor);
  if (outside.length) throw danglingReferences(outside, expressions);
}

async function storeAll(
  context: Context,
  writes: readonly PreparedWrite[],
  expressions: ReadonlyMap<string, string>,
  access: Access,
  executor?: Executor,
): Promise<boolean> {
  const versions = writes.map(({ version }) => version);
  const { lastUpdated } = writes[0]!;
  const names = expressions.keys();
  const writer = writerOf(access);
  const { written, absent } = await context.store.write(versions, lastUpdated, names, executor, writer);
  if (absent.length) throw danglingReferences(absent, expressions);
  return written.size === writes.length;
}

/** Stores a unit of work, with what follows from it. @returns false when another writer was faster */
export async function storeUnit(
  context: Context,
  unit: UnitOfWork,
  expressions: ReadonlyMap<string, string>,
  executor: Executor,
): Promise<boolean> {
  await unit.follow();
  unit.date(context.now());
  const { writes } = unit;
  if (!writes.length) return true;
  const all = new Map(writes.flatMap(({ references }) => [...references]));
  for (const [key, expression] of expressions) all.set(key, expression);
  if (!(await storeAll(context, writes, all, unit.caller, executor))) return false;
  unit.stored();
  return true;
}

/** What a piece of work led to. */
export interface CarriedOut<T> {
  value: T;
  /** How the write of a resource of the unit is answered, by `Type/id`. */
  result(reference: string, status: number): Result;
}

/**
 * Carries out a piece of work as one unit: what it writes is checked as the caller's own, and stored with what follows.
 * @throws FhirError 403, 409 or 422 of what is refused; then nothing was stored
 */
export async function carryOut<T>(
  context: Context,
  { access, executor }: { access: Access; executor?: Executor },
  work: (unit: UnitOfWork, desk: Desk) => Promise<T>,
): Promise<CarriedOut<T>> {
  const inside = async (transaction: Executor): Promise<CarriedOut<T>> => {
    const unit = new UnitOfWork(context, transaction, access, context.now());
    const value = await work(unit, unit.desk(access));
    const { own } = unit;
    const expressions = new Map(own.flatMap(({ references }) => [...references]));
    if (own.length) await checkOwn(context, own, expressions, access, transaction);
    if (!(await storeUnit(context, unit, expressions, transaction))) throw new VersionRace();
    return { value, result: (reference, status) => unit.result(reference, status) };
  };
  return executor ? inside(executor) : context.store.transaction(inside);
}
