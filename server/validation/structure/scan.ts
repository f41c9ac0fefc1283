// One pass over any JSON before the compiled checks: depth, nulls in lists of primitives, and references to contained resources.
// https://hl7.org/fhir/R4/json.html#primitive · https://hl7.org/fhir/R4/references.html#contained
import { type Issue, issue } from '../../fhir/errors.ts';

/** Deeper JSON than this is refused: real resources stay below 20 levels, and this bounds every recursion over a resource. */
export const MAX_DEPTH = 100;
/** The most issues that one resource is answered with. */
export const MAX_ISSUES = 100;

type Json = Record<string, unknown>;
type Path = (string | number)[];

/** What `#id` can point at: a resource that is nobody's contained one, and the references found inside it. */
interface Container {
  readonly resource: Json;
  readonly references: { id: string; expression: string }[];
}
interface Scan {
  /** Keys from the resource to the node at hand; pushed and popped. */
  readonly path: Path;
  readonly issues: Issue[];
  readonly containers: Container[];
  tooDeep: boolean;
}

const expressionOf = (path: Path) =>
  path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at ? '.' : ''}${key.replace(/^_/, '')}`))
    .join('');

/** Whether the `null` at `index` has its other half: `given[1]` null needs `_given[1]`, and the other way round. */
function hasOtherHalf(owner: Json, key: string, index: number): boolean {
  const other = owner[key.startsWith('_') ? key.slice(1) : `_${key}`];
  return Array.isArray(other) && other[index] !== undefined && other[index] !== null;
}

function scanList(scan: Scan, owner: Json, key: string, list: unknown[], container: Container): void {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item !== 'object') continue;
    scan.path.push(index);
    if (item !== null) scanNode(scan, item as Json, container, key === 'contained');
    else if (scan.issues.length < MAX_ISSUES && !hasOtherHalf(owner, key, index)) {
      const sentence = 'null stands only where the other half of a primitive has its value or extension.';
      scan.issues.push(issue('structure', sentence, expressionOf(scan.path)));
    }
    scan.path.pop();
  }
}

/** Calls itself at most MAX_DEPTH times deep: the path holds one key for each call, and one for each list on the way. */
function scanNode(scan: Scan, node: Json, outer: Container, isContained: boolean): void {
  if (scan.path.length > MAX_DEPTH) scan.tooDeep = true;
  if (scan.tooDeep) return;
  let container = outer;
  if (!isContained && typeof node.resourceType === 'string' && node !== outer.resource) {
    container = { resource: node, references: [] };
    scan.containers.push(container);
  }
  for (const key in node) {
    const value = node[key];
    if (key === 'reference' && typeof value === 'string' && value.charCodeAt(0) === 35) {
      container.references.push({ id: value.slice(1), expression: `${expressionOf(scan.path)}.reference` });
    }
    if (typeof value !== 'object' || value === null) continue;
    scan.path.push(key);
    if (Array.isArray(value)) scanList(scan, node, key, value, container);
    else scanNode(scan, value as Json, container, false);
    scan.path.pop();
  }
}

function danglingReferences({ resource, references }: Container): Issue[] {
  if (!references.length) return [];
  const contained = Array.isArray(resource.contained) ? resource.contained : [];
  const ids = new Set<unknown>(contained.map((entry: Json | null) => entry?.id));
  const sentence = 'A reference that starts with # must name the id of a resource in `contained`.';
  return references
    .filter(({ id }) => id !== '' && !ids.has(id))
    .map(({ expression }) => issue('not-found', sentence, expression));
}

/** Walks the resource once. Too much depth is one issue alone, since nothing deeper is looked at. */
export function scan(resource: Json, type: string): Issue[] {
  const root: Container = { resource, references: [] };
  const state: Scan = { path: [type], issues: [], containers: [root], tooDeep: false };
  scanNode(state, resource, root, false);
  if (state.tooDeep) {
    return [
      issue('too-long', `The resource is nested more than ${MAX_DEPTH} levels deep; flatten it.`, type),
    ];
  }
  return [...state.issues, ...state.containers.flatMap(danglingReferences)].slice(0, MAX_ISSUES);
}
