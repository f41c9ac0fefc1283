// What a reference points at inside its own resource or Bundle, and the run of a resource inside another.
// https://hl7.org/fhir/R4/references.html#contained · https://hl7.org/fhir/R4/bundle.html#references
import { type Check, type Entries, isError, type Json, type Run, type Shared } from '../run.ts';

/** How many references are followed from one resource to the next; what is farther is taken to be right. */
const MAX_DEPTH = 20;

const withoutHistory = (url: string) => url.replace(/\/_history\/[^/]+$/, '');
/** The base of a RESTful URL, with its slash: `http://example.org/fhir/` of `http://example.org/fhir/Task/1`. */
const RESTFUL = /^(https?:.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;
const RELATIVE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

const NOBODY: readonly Json[] = [];

function readEntries(bundle: Json): Entries {
  const byUrl = new Map<string, Json[]>();
  const urls = new Map<unknown, string>();
  const add = (url: string, resource: Json): void => {
    const known = byUrl.get(url);
    if (known) known.push(resource);
    else byUrl.set(url, [resource]);
  };
  for (const entry of bundle.entry as (Json | null)[]) {
    const { fullUrl, resource } = (entry ?? {}) as { fullUrl?: unknown; resource?: Json };
    if (typeof fullUrl !== 'string' || !resource) continue;
    urls.set(resource, fullUrl);
    add(fullUrl, resource);
    const version = (resource.meta as { versionId?: unknown } | undefined)?.versionId;
    if (typeof version === 'string') add(`${fullUrl}/_history/${version}`, resource);
  }
  return { at: (url) => byUrl.get(url) ?? NOBODY, urlOf: (resource) => urls.get(resource) };
}

/** The entries of a Bundle, read once a validation. */
export function entriesOf(bundle: Json, shared: Shared | undefined): Entries | undefined {
  if (!Array.isArray(bundle.entry)) return undefined;
  if (!shared) return readEntries(bundle);
  shared.entries ??= new Map();
  const known = shared.entries.get(bundle) ?? readEntries(bundle);
  shared.entries.set(bundle, known);
  return known;
}

/** The contained resources by id, read once a validation. */
function containedIn(root: Json, shared: Shared = {}): ReadonlyMap<unknown, Json> {
  shared.contained ??= new Map();
  const list = Array.isArray(root.contained) ? (root.contained as Json[]) : [];
  const known = shared.contained.get(root) ?? new Map(list.map((one) => [one.id, one]));
  shared.contained.set(root, known);
  return known;
}

/** The run of a resource inside the one at hand: contained, in a Bundle's entry, or a parameter. */
export function nested(resource: Json, run: Run): Run {
  const outer = run.resource as Json;
  const isContained = run.path.findLast((key) => typeof key === 'string') === 'contained';
  return {
    ...run,
    resource,
    rootResource: isContained ? run.rootResource : resource,
    entries: outer.resourceType === 'Bundle' ? entriesOf(outer, run.shared) : run.entries,
  };
}

/** The absolute URL that a reference means; undefined when its resource has no RESTful URL that a relative one starts from. */
function absolute(reference: string, run: Run): string | undefined {
  if (!RELATIVE.test(reference)) return withoutHistory(reference);
  const base = RESTFUL.exec(run.entries?.urlOf(run.rootResource) ?? '')?.[1];
  return base && base + withoutHistory(reference);
}

const VERSION = /\/_history\/[^/]+$/;

/** The resources of the Bundle that a reference means: one at most, unless the Bundle has several at that address. */
export function entryTargets(reference: string, run: Run): readonly Json[] {
  const url = run.entries && absolute(reference, run);
  return url === undefined ? NOBODY : run.entries!.at(url + (VERSION.exec(reference)?.[0] ?? ''));
}

/** The resource that a reference points at, as a run; undefined when it is not here. */
export function resolve(reference: unknown, run: Run): Run | undefined {
  if (typeof reference !== 'string') return undefined;
  if (reference.startsWith('#')) {
    const root = run.rootResource as Json;
    const found = reference === '#' ? root : containedIn(root, run.shared).get(reference.slice(1));
    return found && { ...run, resource: found };
  }
  const [found] = entryTargets(reference, run);
  return found && { ...run, resource: found, rootResource: found };
}

/** Whether a value follows a check without an error. The run is that of the value's resource. */
export function follows(value: unknown, check: Check, run: Run): boolean {
  const shared = run.shared ?? {};
  shared.follows ??= new Map();
  const byCheck = shared.follows.get(value) ?? new Map<unknown, boolean>();
  shared.follows.set(value, byCheck);
  const known = byCheck.get(check);
  if (known !== undefined) return known;
  const depth = shared.depth ?? 0;
  if (depth >= MAX_DEPTH) return true;
  byCheck.set(check, true);
  shared.depth = depth + 1;
  const probe: Run = { ...run, path: [...run.path], issues: [], shared };
  check(value, probe);
  shared.depth = depth;
  const result = !probe.issues.some(isError);
  byCheck.set(check, result);
  return result;
}
