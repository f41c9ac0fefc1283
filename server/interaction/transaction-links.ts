// What the entries of a transaction point to: links to other entries and conditional references, each resolved to one
// resource. https://hl7.org/fhir/R4/http.html#trules
import { resourceTypes } from '../fhir/elements.ts';
import { notSupported, preconditionFailed } from '../fhir/errors.ts';
import type { StoredVersion } from '../store/index.ts';
import { findMatch } from './conditional.ts';
import type { Context, Executor } from './context.ts';
import { criteriaOf } from './criteria.ts';
import { type ConditionalLinks, Links } from './links.ts';
import { forEntry, keyOf, type Step } from './transaction-step.ts';

interface Lookup {
  context: Context;
  executor: Executor;
  present: ReadonlyMap<string, StoredVersion>;
}

/** The version that an entry's resource will have: of what is there already, its own. */
function versionOf(step: Step, present: Lookup['present']): number {
  const { match, sameAs, result } = step;
  if (sameAs) return versionOf(sameAs, present);
  return result && match ? match.version : (present.get(keyOf(step))?.version ?? 0) + 1;
}

/** What links can name: the entries that write. */
export const linksBetween = ({ context, present }: Lookup, steps: readonly Step[]): Links =>
  new Links(
    steps.map((step) => ({
      fullUrl: step.fullUrl,
      address: keyOf(step),
      version: versionOf(step, present),
    })),
    context.base,
  );

/** References by `urn:` or fullUrl become `Type/id`; conditional ones the resource that they find. */
export async function rewriteLinks(lookup: Lookup, steps: readonly Step[], links: Links): Promise<void> {
  const finders = new Map<string, Step>();
  const conditional: ConditionalLinks = new Map();
  for (const step of steps) {
    const { fullUrl, request } = step;
    const entry = { fullUrl, resource: step.resource!, isPatched: request.method === 'PATCH' };
    await forEntry(step, () => links.rewrite(entry, conditional));
    for (const text of conditional.keys()) if (!finders.has(text)) finders.set(text, step);
  }
  for (const [reference, held] of conditional) {
    const finder = finders.get(reference)!;
    const target = await forEntry(finder, () => conditionalTarget(lookup, steps, reference, finder));
    for (const link of held) links.replace(link, target);
  }
}

/** `Type/id` of the one resource that a conditional reference matches: here, or an entry with the same criteria. */
async function conditionalTarget(
  { context, executor }: Lookup,
  steps: readonly Step[],
  reference: string,
  { request }: Step,
): Promise<string> {
  const cut = reference.indexOf('?');
  const type = reference.slice(0, cut);
  if (!resourceTypes.has(type))
    throw notSupported(`"${type}" in the conditional reference "${reference}" is no R4 resource type.`);
  const criteria = criteriaOf(type, reference.slice(cut));
  const entry = steps.find((step) => step.criteria?.key === criteria.key);
  if (entry) return keyOf(entry);
  const match = await findMatch(context, { ...criteria, text: reference }, request, executor);
  if (match) return `${type}/${match.id}`;
  throw preconditionFailed(
    `The conditional reference "${reference}" matches nothing; it must match exactly one ${type}.`,
  );
}
