// What the entries of a transaction point to: conditions and links, each resolved to one resource.
// https://hl7.org/fhir/R4/http.html#trules
import { resourceTypes } from '../fhir/elements.ts';
import { notSupported, preconditionFailed } from '../fhir/errors.ts';
import type { Context, Executor, FhirRequest } from './context.ts';
import { findExisting } from './create.ts';
import { criteriaOf } from './criteria.ts';
import { type ConditionalLinks, Links } from './links.ts';
import { forEntry, keyOf, type Step } from './transaction-step.ts';

interface Lookup {
  context: Context;
  executor: Executor;
}

/** POST with ifNoneExist: what is there stands for the entry. Locks are taken in the order of their criteria. */
export async function resolveConditionalCreates(
  { context, executor }: Lookup,
  posts: readonly Step[],
): Promise<void> {
  const conditional = new Map<string, Step[]>();
  for (const step of posts) {
    const text = step.request.headers['if-none-exist'];
    if (text === undefined) continue;
    const key = await forEntry(step, () => `${step.type}?${criteriaOf(text)}`);
    conditional.set(key, [...(conditional.get(key) ?? []), step]);
  }
  for (const key of [...conditional.keys()].sort()) {
    const [first, ...twins] = conditional.get(key) as [Step, ...Step[]];
    const existing = await forEntry(first, () =>
      findExisting(context, first.type, first.request.headers['if-none-exist']!, first.request, executor),
    );
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
export async function rewriteLinks({ context, executor }: Lookup, steps: readonly Step[]): Promise<Links> {
  const entries = steps.map((step) => ({
    step,
    fullUrl: step.fullUrl,
    address: keyOf(step),
    resource: step.resource!,
  }));
  const links = new Links(entries);
  const finders = new Map<string, Step>();
  const conditional: ConditionalLinks = new Map();
  for (const entry of entries) {
    await forEntry(entry.step, () => links.rewrite(entry, conditional));
    for (const text of conditional.keys()) if (!finders.has(text)) finders.set(text, entry.step);
  }
  for (const [reference, held] of conditional) {
    const finder = finders.get(reference)!;
    const target = await forEntry(finder, () =>
      conditionalTarget(context, reference, finder.request, executor),
    );
    for (const link of held) links.replace(link, target);
  }
  return links;
}

/** `Type/id` of the one resource that a conditional reference matches. https://hl7.org/fhir/R4/http.html#trules */
async function conditionalTarget(
  context: Context,
  reference: string,
  { access }: FhirRequest,
  executor: Executor,
): Promise<string> {
  const cut = reference.indexOf('?');
  const type = reference.slice(0, cut);
  if (!resourceTypes.has(type))
    throw notSupported(`"${type}" in the conditional reference "${reference}" is no R4 resource type.`);
  const { matches } = await context.search.type(
    type,
    [...criteriaOf(reference.slice(cut)), ['_count', '2']],
    access,
    { executor },
  );
  if (matches.length !== 1) {
    throw preconditionFailed(
      `The conditional reference "${reference}" matches ${matches.length ? 'more than one resource' : 'nothing'}; it must match exactly one.`,
    );
  }
  return `${type}/${(JSON.parse(matches[0]!) as { id: string }).id}`;
}
