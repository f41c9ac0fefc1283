// transaction: all entries or none, in one database transaction: DELETE, POST, PUT, then GET.
// https://hl7.org/fhir/R4/http.html#trules
import type { BundleEntry } from '@medplum/fhirtypes';
import { reach } from '../fhir/access.ts';
import { notFound } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { type StoredVersion, VersionRace } from '../store/index.ts';
import { AnswerBudget } from './answer-budget.ts';
import { entryFailure } from './bundle-entry.ts';
import type { Context, Executor, FhirRequest } from './context.ts';
import { outsideCompartment } from './current.ts';
import type { Links } from './links.ts';
import { checkIfMatch } from './precondition.ts';
import { storeWrites } from './store-writes.ts';
import { resolveConditionalCreates, rewriteLinks } from './transaction-links.ts';
import { checkUnique, forEntry, isRead, keyOf, type Step, stepOf, withMethod } from './transaction-step.ts';
import { LETTERS, prepareWrite, type WriteMethod, writtenVersion } from './write-pipeline.ts';

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
  { access }: FhirRequest,
  entries: readonly BundleEntry[],
): Promise<Result> {
  const steps: Step[] = [];
  for (const [index, entry] of entries.entries())
    steps.push(await forEntry({ index }, () => stepOf(context, entry, index, access)));
  await checkUnique(steps);
  const [deletes, posts, puts] = [
    withMethod(steps, 'DELETE'),
    withMethod(steps, 'POST'),
    withMethod(steps, 'PUT'),
  ];
  const ids = posts.map(({ id }) => id);
  let links: Links | undefined;

  const results = await context.store.transaction(async (executor) => {
    links?.restore();
    for (const step of steps) step.sameAs = step.result = step.prepared = undefined;
    for (const [n, step] of posts.entries()) step.id = ids[n]!;
    const locked = [...deletes, ...puts];
    const present = locked.length
      ? await context.store.lock(locked, executor)
      : new Map<string, StoredVersion>();
    const attempt: Attempt = { context, executor, present, lastUpdated: context.now() };
    await checkVisible(attempt, locked);
    await writeAll(attempt, deletes);
    await resolveConditionalCreates(attempt, posts);
    links = await rewriteLinks(attempt, [...posts, ...puts]);
    await writeAll(attempt, [...posts, ...puts]);
    const budget = new AnswerBudget();
    for (const step of steps.filter(isRead)) step.result = await readEntry(attempt, step, budget);
    return steps.map((step) => (step.sameAs ?? step).result!);
  });
  return { kind: 'batch', status: 200, type: 'transaction-response', entries: results };
}

/** Resources of another patient are not written, whatever the entry says. */
async function checkVisible({ context, executor, present }: Attempt, steps: readonly Step[]): Promise<void> {
  for (const method of ['DELETE', 'PUT'] as const) {
    const letter = LETTERS[method];
    const confined = withMethod(steps, method).filter(
      (step) => present.has(keyOf(step)) && reach(step.request.access, step.type, letter) === 'compartment',
    );
    const [first] = confined;
    if (!first) continue;
    const visible = await context.store.visible(
      confined,
      context.search.visibility(first.request.access, letter),
      executor,
    );
    const outside = confined.find((step) => !visible.has(keyOf(step)));
    if (outside) throw entryFailure(outsideCompartment(outside.type, outside.id), outside.index);
  }
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
}

function prepareStep(
  { context, present: versions, lastUpdated }: Attempt,
  step: Step,
  expressions: Map<string, string>,
): void {
  const { type, id, request, resource } = step;
  const current = versions.get(keyOf(step));
  const present = current && !current.deleted ? current : undefined;
  checkIfMatch(request.headers['if-match'], present?.version);
  step.result = { kind: 'empty', status: 204 };
  if (request.method === 'DELETE' && !present) return;
  const letter = LETTERS[request.method as WriteMethod];
  step.prepared = prepareWrite(context, {
    type,
    id,
    letter,
    current,
    ...(resource && { resource }),
    access: request.access,
    lastUpdated,
  });
  for (const [key, expression] of step.prepared.references)
    expressions.set(key, `Bundle.entry[${step.index}].resource${expression.replace(/^\w+/, '')}`);
  step.result = resource
    ? {
        kind: 'resource',
        status: present ? 200 : 201,
        resource: writtenVersion(step.prepared),
        location: true,
      }
    : { kind: 'empty', status: 204, headers: { etag: `W/"${step.prepared.version.version}"` } };
}

async function readEntry({ context, executor }: Attempt, step: Step, budget: AnswerBudget): Promise<Result> {
  return forEntry(step, async () => {
    if (!step.type) throw notFound('A GET entry names a resource or a search.');
    budget.check();
    return budget.spend(await context.dispatch({ ...step.request, executor }));
  });
}
