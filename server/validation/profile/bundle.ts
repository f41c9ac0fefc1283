// What R4 demands of the entries of a Bundle beside its invariants: their addresses, and what a document may hold.
// https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl · https://hl7.org/fhir/R4/documents.html#content
import { type Issue, issue } from '../../fhir/errors.ts';
import { forEachReference } from '../../fhir/reference.ts';
import { add, expressionOf, type Json, type Run, report } from '../run.ts';
import { isResourceType } from '../structure/shape.ts';
import { entriesOf, entryTargets } from './local.ts';

interface Entry {
  readonly fullUrl?: string;
  readonly resource?: Json;
}

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const RESTFUL = /^https?:.*\/([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/;
/** Bundles that create resources: these get their ids when they are written. */
const CREATING = new Set<unknown>(['transaction', 'batch']);

function addressProblem({ fullUrl, resource }: Entry, bundleType: unknown): string | undefined {
  if (fullUrl === undefined) return undefined;
  if (!ABSOLUTE.test(fullUrl)) return 'must be an absolute URL, or a urn:uuid: of its own';
  const [, type, id] = RESTFUL.exec(fullUrl) ?? [];
  if (!resource || !isResourceType(type)) return undefined;
  if (type !== resource.resourceType || (resource.id !== undefined && resource.id !== id))
    return `must end with ${resource.resourceType}/${resource.id ?? id}, which is the resource of the entry`;
  if (resource.id === undefined && !CREATING.has(bundleType))
    return `names the id ${id}, which the resource of the entry must have`;
  return undefined;
}

function at(index: number, name: string, run: Run, problem: string): void {
  run.path.push('entry', index);
  report(run, 'value', problem, { below: name });
  run.path.length -= 2;
}

/** Adds an issue about a reference, whose expression says where it is. */
function blame(
  run: Run,
  code: Issue['code'],
  expression: string,
  problem: string,
  severity: 'error' | 'warning' = 'error',
): void {
  const element = expression.replace(/\.reference$/, '');
  add(run, { ...issue(code, `${element} ${problem}.`, element), severity });
}

/** Which entries' resources refer to which, and back. */
type Links = Map<unknown, Json[]>;

function link(links: Links, from: Json, to: Json): void {
  const list = links.get(from);
  if (list) list.push(to);
  else links.set(from, [to]);
}

/** `Type` of a relative reference. */
const RELATIVE = /^([A-Z][A-Za-z]+)\//;

/** Follows one reference of an entry's resource. */
function follow(reference: string, expression: string, inside: Run, links: Links, mustBeHere: boolean): void {
  if (reference.startsWith('#')) return;
  const [target, other] = entryTargets(reference, inside);
  const type = RELATIVE.exec(reference)?.[1];
  // Readers may choose one of several.
  if (other) {
    const problem = 'means several entries of this Bundle; name the version of one';
    blame(inside, 'multiple-matches', expression, problem, 'warning');
  }
  if (target && type && target.resourceType !== type)
    blame(inside, 'value', expression, `means a ${type}, but its entry is a ${target.resourceType}`);
  if (!target && type && mustBeHere)
    blame(
      inside,
      'not-found',
      expression,
      'is in no entry of this document; add it, with the fullUrl that is meant',
    );
  const from = inside.resource as Json;
  if (!target || target === from) return;
  link(links, from, target);
  link(links, target, from);
}

function linksOf(entries: readonly (Entry | null)[], isDocument: boolean, run: Run): Links {
  const links: Links = new Map();
  const found = entriesOf(run.resource as Json, run.shared);
  const start = expressionOf(run.path);
  for (const [index, entry] of entries.entries()) {
    const resource = entry?.resource;
    if (!resource) continue;
    const inside: Run = { ...run, resource, rootResource: resource, entries: found };
    const mustBeHere = isDocument && index === 0;
    forEachReference(resource, `${start}.entry[${index}].resource`, (reference, expression) =>
      follow(reference, expression, inside, links, mustBeHere),
    );
  }
  return links;
}

/** A document holds what its Composition leads to, forward and backward, and stylesheets. */
function checkDocument(entries: readonly (Entry | null)[], links: Links, run: Run): void {
  const first = entries[0]?.resource;
  if (first?.resourceType !== 'Composition') return;
  const seen = new Set<unknown>([first]);
  for (const resource of seen) for (const next of links.get(resource) ?? []) seen.add(next);
  for (const [index, entry] of entries.entries()) {
    const resource = entry?.resource;
    if (resource && resource.resourceType !== 'Binary' && !seen.has(resource))
      at(
        index,
        'resource',
        run,
        'is not part of the document: no reference leads to it from the Composition',
      );
  }
}

/** Bundles whose resources refer to each other; the entries of others are resources of a server. */
const LINKED = new Set<unknown>(['document', 'message', 'collection']);

/** Adds the issues of a Bundle's entries as such. The path at hand is the Bundle's. */
export function checkEntries({ type, entry }: Json, run: Run): void {
  if (!Array.isArray(entry)) return;
  const entries = entry as (Entry | null)[];
  for (let index = 0; index < entries.length; index++) {
    const problem = entries[index] && addressProblem(entries[index]!, type);
    if (problem) at(index, 'fullUrl', run, problem);
  }
  if (!LINKED.has(type)) return;
  const links = linksOf(entries, type === 'document', run);
  if (type === 'document') checkDocument(entries, links, run);
}
