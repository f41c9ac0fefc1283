// transaction: all entries or none, in one database transaction: DELETE, POST, PUT, then GET.
// https://hl7.org/fhir/R4/http.html#trules
import type { BundleEntry, Resource } from '@medplum/fhirtypes';
import { reach } from '../fhir/access.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, notFound, notSupported, preconditionFailed } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import type { Result } from '../fhir/result.ts';
import { type StoredVersion, VersionRace } from '../store/index.ts';
import { checkBodyId, resourceBody } from './body.ts';
import { entryFailure, requestOf } from './bundle-entry.ts';
import type { Context, Executor, FhirRequest } from './context.ts';
import { findExisting } from './create.ts';
import { criteriaOf } from './criteria.ts';
import { checkScope, outsideCompartment } from './current.ts';
import { type ConditionalLinks, Links } from './links.ts';
import { checkIfMatch } from './precondition.ts';
import { danglingReferences, type PreparedWrite, prepareWrite, writtenVersion } from './write-pipeline.ts';

const LETTERS = { DELETE: 'd', POST: 'c', PUT: 'u' } as const;
type WriteMethod = keyof typeof LETTERS;

/** One entry on its way through the transaction. */
interface Step {
  index: number;
  fullUrl: string | undefined;
  request: FhirRequest;
  type: string;
  id: string;
  resource?: Resource;
  /** An earlier entry with the same ifNoneExist: this one is that one. */
  sameAs?: Step | undefined;
  result?: Result | undefined;
  prepared?: PreparedWrite | undefined;
}

/** What one attempt at a transaction works with. */
interface Attempt {
  context: Context;
  executor: Executor;
  /** Versions that were there when the attempt began, locked; by `Type/id`. */
  present: ReadonlyMap<string, StoredVersion>;
  lastUpdated: Date;
}

/** Runs `work` for an entry; its failure names the entry. */
async function forEntry<T>({ index }: Pick<Step, 'index'>, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw entryFailure(error, index);
  }
}

const keyOf = ({ type, id }: Pick<Step, 'type' | 'id'>): string => `${type}/${id}`;
const isRead = ({ request }: Pick<Step, 'request'>): boolean => request.method === 'GET' || request.method === 'HEAD';
const withMethod = (steps: readonly Step[], method: WriteMethod): Step[] => steps.filter((step) => step.request.method === method);

/** @throws FhirError of the first entry that fails; then nothing was written */
export async function transaction(context: Context, { access }: FhirRequest, entries: readonly BundleEntry[]): Promise<Result> {
  const steps: Step[] = [];
  for (const [index, entry] of entries.entries()) steps.push(await forEntry({ index }, () => stepOf(context, entry, index, access)));
  await checkUnique(steps);
  const [deletes, posts, puts] = [withMethod(steps, 'DELETE'), withMethod(steps, 'POST'), withMethod(steps, 'PUT')];
  const ids = posts.map(({ id }) => id);
  let links: Links | undefined;

  const results = await context.store.transaction(async (executor) => {
    links?.restore();
    for (const step of steps) step.sameAs = step.result = step.prepared = undefined;
    for (const [n, step] of posts.entries()) step.id = ids[n]!;
    const locked = [...deletes, ...puts];
    const present = locked.length ? await context.store.lock(locked, executor) : new Map<string, StoredVersion>();
    const attempt: Attempt = { context, executor, present, lastUpdated: context.now() };
    await checkVisible(attempt, locked);
    await writeAll(attempt, deletes);
    await resolveConditionalCreates(attempt, posts);
    links = await rewriteLinks(attempt, [...posts, ...puts]);
    await writeAll(attempt, [...posts, ...puts]);
    for (const step of steps.filter(isRead)) step.result = await readEntry(attempt, step);
    return steps.map((step) => (step.sameAs ?? step).result!);
  });
  return { kind: 'batch', status: 200, type: 'transaction-response', entries: results };
}

/** @throws FhirError 400 for an entry that cannot be read, 403 for one that no scope covers */
function stepOf(context: Context, entry: BundleEntry, index: number, access: FhirRequest['access']): Step {
  const request = requestOf(entry, access, context.base);
  const [type = '', id = ''] = request.path;
  const step: Step = { index, fullUrl: entry.fullUrl, request, type, id };
  if (isRead(step)) return step;
  if (!Object.hasOwn(LETTERS, request.method)) throw notSupported(`${request.method} is not offered in a transaction.`, 'request.method');
  if (!resourceTypes.has(type)) throw notSupported(`"${type}" is no R4 resource type.`, 'request.url');
  checkScope(access, type, LETTERS[request.method as WriteMethod]);
  if (request.method === 'POST') {
    if (request.path.length !== 1) throw badRequest(`POST takes a resource type, not "${request.path.join('/')}".`, 'request.url');
    return { ...step, id: context.newId(), resource: resourceBody(entry.resource, type) };
  }
  if (request.path.length !== 2 || !ID.test(id)) throw badRequest(`${request.method} takes Type/id, such as Task/1.`, 'request.url');
  if (request.method === 'DELETE') return step;
  const resource = resourceBody(entry.resource, type);
  checkBodyId(resource, id);
  return { ...step, resource };
}

/** The same resource may be written only once, and a fullUrl name one entry only. */
async function checkUnique(steps: readonly Step[]): Promise<void> {
  const seen = new Map<string, number>();
  for (const step of steps) {
    if (isRead(step)) continue;
    const earlier = seen.get(keyOf(step));
    const twin = step.fullUrl === undefined ? undefined : seen.get(`fullUrl ${step.fullUrl}`);
    await forEntry(step, () => {
      if (earlier !== undefined) throw badRequest(`${keyOf(step)} is written by entry ${earlier} too. A transaction may write a resource only once.`, 'request.url');
      if (twin !== undefined) throw badRequest(`The fullUrl is that of entry ${twin} too. Give every entry its own.`, 'fullUrl');
    });
    seen.set(keyOf(step), step.index);
    if (step.fullUrl !== undefined) seen.set(`fullUrl ${step.fullUrl}`, step.index);
  }
}

/** Resources of another patient are not written, whatever the entry says. */
async function checkVisible({ context, executor, present }: Attempt, steps: readonly Step[]): Promise<void> {
  for (const method of ['DELETE', 'PUT'] as const) {
    const letter = LETTERS[method];
    const confined = withMethod(steps, method).filter((step) => present.has(keyOf(step)) && reach(step.request.access, step.type, letter) === 'compartment');
    const [first] = confined;
    if (!first) continue;
    const visible = await context.store.visible(confined, context.search.visibility(first.request.access, letter), executor);
    const outside = confined.find((step) => !visible.has(keyOf(step)));
    if (outside) throw entryFailure(outsideCompartment(outside.type, outside.id), outside.index);
  }
}

/** POST with ifNoneExist: what is there stands for the entry. Locks are taken in the order of their criteria. */
async function resolveConditionalCreates({ context, executor }: Attempt, posts: readonly Step[]): Promise<void> {
  const conditional = new Map<string, Step[]>();
  for (const step of posts) {
    const text = step.request.headers['if-none-exist'];
    if (text === undefined) continue;
    const key = await forEntry(step, () => `${step.type}?${criteriaOf(text)}`);
    conditional.set(key, [...(conditional.get(key) ?? []), step]);
  }
  for (const key of [...conditional.keys()].sort()) {
    const [first, ...twins] = conditional.get(key) as [Step, ...Step[]];
    const existing = await forEntry(first, () => findExisting(context, first.type, first.request.headers['if-none-exist']!, first.request, executor));
    if (existing) {
      first.id = existing.resource.id;
      first.result = existing;
    }
    for (const twin of twins) {
      twin.id = first.id;
      twin.sameAs = first;
    }
  }
}

/** References by `urn:` or fullUrl become `Type/id`; conditional ones the resource that they find. */
async function rewriteLinks({ context, executor }: Attempt, steps: readonly Step[]): Promise<Links> {
  const entries = steps.map((step) => ({ step, fullUrl: step.fullUrl, address: keyOf(step), resource: step.resource! }));
  const links = new Links(entries);
  const finders = new Map<string, Step>();
  const conditional: ConditionalLinks = new Map();
  for (const entry of entries) {
    await forEntry(entry.step, () => links.rewrite(entry, conditional));
    for (const text of conditional.keys()) if (!finders.has(text)) finders.set(text, entry.step);
  }
  for (const [reference, held] of conditional) {
    const finder = finders.get(reference)!;
    const target = await forEntry(finder, () => conditionalTarget(context, reference, finder.request, executor));
    for (const link of held) links.replace(link, target);
  }
  return links;
}

/** `Type/id` of the one resource that a conditional reference matches. https://hl7.org/fhir/R4/http.html#trules */
async function conditionalTarget(context: Context, reference: string, { access }: FhirRequest, executor: Executor): Promise<string> {
  const cut = reference.indexOf('?');
  const type = reference.slice(0, cut);
  if (!resourceTypes.has(type)) throw notSupported(`"${type}" in the conditional reference "${reference}" is no R4 resource type.`);
  const { matches } = await context.search.type(type, [...criteriaOf(reference.slice(cut)), ['_count', '2']], access, { executor });
  if (matches.length !== 1) {
    throw preconditionFailed(`The conditional reference "${reference}" matches ${matches.length ? 'more than one resource' : 'nothing'}; it must match exactly one.`);
  }
  return `${type}/${(JSON.parse(matches[0]!) as { id: string }).id}`;
}

/** Checks writes against the present versions and writes all of them with one statement. */
async function writeAll(attempt: Attempt, steps: readonly Step[]): Promise<void> {
  const writes = steps.filter((step) => !step.result && !step.sameAs);
  const expressions = new Map<string, string>();
  for (const step of writes) await forEntry(step, () => prepareStep(attempt, step, expressions));
  const prepared = writes.flatMap((step) => step.prepared ?? []);
  if (!prepared.length) return;
  const { context, executor, lastUpdated } = attempt;
  const versions = prepared.map(({ version }) => version);
  const { written, absent } = await context.store.write(versions, lastUpdated, expressions.keys(), executor);
  if (absent.length) throw danglingReferences(absent, expressions);
  if (written.size < prepared.length) throw new VersionRace();
}

function prepareStep({ context, present: versions, lastUpdated }: Attempt, step: Step, expressions: Map<string, string>): void {
  const { type, id, request, resource } = step;
  const current = versions.get(keyOf(step));
  const present = current && !current.deleted ? current : undefined;
  checkIfMatch(request.headers['if-match'], present?.version);
  step.result = { kind: 'empty', status: 204 };
  if (request.method === 'DELETE' && !present) return;
  const letter = LETTERS[request.method as WriteMethod];
  step.prepared = prepareWrite(context, { type, id, letter, current, ...(resource && { resource }), access: request.access, lastUpdated });
  for (const [key, expression] of step.prepared.references) expressions.set(key, `Bundle.entry[${step.index}].resource${expression.replace(/^\w+/, '')}`);
  step.result = resource
    ? { kind: 'resource', status: present ? 200 : 201, resource: writtenVersion(step.prepared), location: true }
    : { kind: 'empty', status: 204, headers: { etag: `W/"${step.prepared.version.version}"` } };
}

async function readEntry({ context, executor }: Attempt, step: Step): Promise<Result> {
  return forEntry(step, () => {
    if (!step.type) throw notFound('A GET entry names a resource or a search.');
    return context.dispatch({ ...step.request, executor });
  });
}
