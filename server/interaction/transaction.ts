// transaction: all entries or none, in one database transaction: DELETE, POST, PUT and PATCH, then GET and HEAD.
// https://hl7.org/fhir/R4/http.html#trules
import type { BundleEntry } from '@medplum/fhirtypes';
import { reach } from '../fhir/access.ts';
import type { Result } from '../fhir/result.ts';
import { type StoredVersion, VersionRace } from '../store/index.ts';
import { AnswerBudget } from './answer-budget.ts';
import { answerTo, entryFailure } from './bundle-entry.ts';
import type { Context, Executor, FhirRequest } from './context.ts';
import { wasWithin } from './current.ts';
import type { Links } from './links.ts';
import { patched } from './patch/index.ts';
import { patchable } from './patch.ts';
import { checkVersion } from './precondition.ts';
import { outside } from './reach.ts';
import { storeWrites } from './store-writes.ts';
import {
  checkMatches,
  checkUnique,
  lockCriteria,
  resolveConditionalCreates,
  resolveMatches,
} from './transaction-conditions.ts';
import { linksBetween, rewriteLinks } from './transaction-links.ts';
import { forEntry, isRead, keyOf, restore, type Step, stepOf, withMethod } from './transaction-step.ts';
import { LETTERS, prepareWrite, type WriteMethod, writtenResult } from './write-pipeline.ts';

/** What one attempt at a transaction works with. */
interface Attempt {
  context: Context;
  executor: Executor;
  /** Versions that were there when the attempt began, locked; by `Type/id`. */
  present: ReadonlyMap<string, StoredVersion>;
  lastUpdated: Date;
}

/** @throws FhirError of the first entry that fails; then nothing was written */
export async function transaction(
  context: Context,
  request: FhirRequest,
  entries: readonly BundleEntry[],
): Promise<Result> {
  const steps: Step[] = [];
  for (const [index, entry] of entries.entries())
    steps.push(await forEntry({ index }, () => stepOf(context, entry, index, request)));
  const writes = steps.filter((step) => !isRead(step));
  let links: Links | undefined;

  const results = await context.store.transaction(async (executor) => {
    links?.restore();
    for (const step of steps) restore(step);
    const attempt = await begin(context, executor, writes);
    await writeAll(attempt, withMethod(writes, 'DELETE'));
    const written = await resolveWritten(attempt, writes);
    links = linksBetween(attempt, written);
    await rewriteLinks(attempt, written, links);
    await writeAll(attempt, written);
    const budget = new AnswerBudget();
    for (const step of steps.filter(isRead)) step.result = await readEntry(attempt, step, budget);
    return steps.map((step) => (step.sameAs ?? step).result!);
  });
  return { kind: 'batch', status: 200, type: 'transaction-response', entries: results };
}

/** Finds out what the entries write, and locks it: criteria first, then the resources in their own order. */
async function begin(context: Context, executor: Executor, writes: readonly Step[]): Promise<Attempt> {
  const lookup = { context, executor };
  const onPresent = writes.filter(({ request }) => request.method !== 'POST');
  await lockCriteria(lookup, writes);
  await resolveMatches(lookup, onPresent);
  await checkUnique(writes);
  const locked = onPresent.filter(({ result }) => !result);
  const present = locked.length
    ? await context.store.lock(locked, executor)
    : new Map<string, StoredVersion>();
  const attempt = { context, executor, present, lastUpdated: context.now() };
  await checkVisible(attempt, locked);
  await checkMatches(locked, present);
  return attempt;
}

/** The entries that write resources, with what they will write but for their links. */
async function resolveWritten(attempt: Attempt, writes: readonly Step[]): Promise<Step[]> {
  const posts = withMethod(writes, 'POST');
  const patches = withMethod(writes, 'PATCH');
  await resolveConditionalCreates(attempt, posts);
  for (const step of patches) await forEntry(step, () => patchStep(attempt, step));
  return [...posts, ...withMethod(writes, 'PUT'), ...patches];
}

/** Resources of another patient are not written, whatever the entry says. */
async function checkVisible({ context, executor, present }: Attempt, steps: readonly Step[]): Promise<void> {
  for (const method of ['DELETE', 'PUT', 'PATCH'] as const) {
    const letter = LETTERS[method];
    const confined = withMethod(steps, method).filter(
      (step) => present.has(keyOf(step)) && reach(step.request.access, step.type, letter) !== 'all',
    );
    const [first] = confined;
    if (!first) continue;
    const { access } = first.request;
    const visible = await context.store.visible(
      confined,
      context.search.visibility(access, letter),
      executor,
    );
    for (const step of confined) {
      const { type, id } = step;
      const current = present.get(keyOf(step))!;
      const isInside = current.deleted
        ? await wasWithin(context, [type, id], access, letter, current, executor)
        : visible.has(keyOf(step));
      if (!isInside) throw entryFailure(outside(access, type, id, letter), step.index);
    }
  }
}

/** What a patch makes of the present version. */
async function patchStep({ context, present, executor }: Attempt, step: Step): Promise<void> {
  const { type, id, request } = step;
  const { content } = await patchable(context, request, [type, id], present.get(keyOf(step)), executor);
  step.resource = patched(content, request);
}

/** Checks writes against the present versions and writes all of them with one statement. */
async function writeAll(attempt: Attempt, steps: readonly Step[]): Promise<void> {
  const writes = steps.filter((step) => !step.result && !step.sameAs);
  const expressions = new Map<string, string>();
  for (const step of writes) await forEntry(step, () => prepareStep(attempt, step, expressions));
  const prepared = writes.flatMap((step) => step.prepared ?? []);
  if (!prepared.length) return;
  const { context, executor } = attempt;
  const { access } = writes[0]!.request;
  if (!(await storeWrites(context, prepared, expressions, access, executor))) throw new VersionRace();
  for (const step of writes) {
    if (step.prepared?.version.resource) step.result = writtenResult(step.prepared, step.status!);
  }
}

function prepareStep(
  { context, present: versions, lastUpdated }: Attempt,
  step: Step,
  expressions: Map<string, string>,
): void {
  const { type, id, request, resource } = step;
  const method = request.method as WriteMethod;
  const current = versions.get(keyOf(step));
  const present = method === 'POST' ? undefined : checkVersion(request.headers, current);
  step.result = { kind: 'empty', status: 204 };
  if (method === 'DELETE' && !present) return;
  step.prepared = prepareWrite(context, {
    type,
    id,
    letter: LETTERS[method],
    ...(method === 'PATCH' && { method }),
    current,
    ...(resource && { resource }),
    access: request.access,
    lastUpdated,
  });
  for (const [key, expression] of step.prepared.references)
    expressions.set(key, `Bundle.entry[${step.index}].resource${expression.replace(/^\w+/, '')}`);
  step.status = present ? 200 : 201;
  if (!resource) step.result = deleted(type, id, step.prepared.version.version);
}

const deleted = (type: string, id: string, version: number): Result => ({
  kind: 'empty',
  status: 204,
  headers: { etag: `W/"${version}"` },
  target: { type, id, version },
});

async function readEntry({ context, executor }: Attempt, step: Step, budget: AnswerBudget): Promise<Result> {
  return forEntry(step, async () => {
    budget.check();
    return answerTo(step.request, budget.spend(await context.dispatch({ ...step.request, executor })));
  });
}
