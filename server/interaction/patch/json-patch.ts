// JSON Patch: operations by JSON Pointer, applied one after the other, all or none.
// https://www.rfc-editor.org/rfc/rfc6902 · https://www.rfc-editor.org/rfc/rfc6901
import { isDeepStrictEqual } from 'node:util';
import { tooLarge } from '../../fhir/errors.ts';
import {
  checkCount,
  doesNotApply,
  type Holder,
  isContainer,
  isHolder,
  malformedPatch,
  plainOf,
  readDocument,
} from './document.ts';

/** Most segments of a pointer; FHIR resources are far less deep. */
const MAX_SEGMENTS = 200;
/** Most characters that the `copy` operations of one patch may add: copies of copies grow without end. */
const MAX_COPIED = 2_000_000;

/** A place that a pointer names: a property or an index of what holds it. */
interface Place {
  /** The pointer as it was sent. */
  pointer: string;
  holder: Holder | unknown[];
  key: string | number;
  /** Whether something stands there. */
  exists: boolean;
}

interface Operation {
  op: string;
  path: string[];
  from: string[];
  value: unknown;
  /** Where the operation stands, for failures. */
  expression: string;
}

/** The root of a document, so that the whole document has a holder too. */
interface Root extends Holder {
  document: unknown;
}

type Apply = (root: Root, operation: Operation, budget: { copied: number }) => void;

const text = (segments: readonly string[]): string =>
  segments.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** @throws FhirError 400 for text that is no JSON Pointer */
function segmentsOf(pointer: unknown, name: string, expression: string): string[] {
  if (typeof pointer !== 'string')
    throw malformedPatch(`${expression} has no "${name}". Give a JSON Pointer such as /status.`, expression);
  if (pointer !== '' && !pointer.startsWith('/'))
    throw malformedPatch(
      `${expression}: "${name}" is "${pointer}". A JSON Pointer begins with "/".`,
      expression,
    );
  if (/~(?![01])/.test(pointer))
    throw malformedPatch(`${expression}: "${name}" has a "~" that is neither ~0 nor ~1.`, expression);
  const segments = pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (segments.length > MAX_SEGMENTS || segments.includes('__proto__'))
    throw malformedPatch(`${expression}: "${name}" names nothing that a resource can hold.`, expression);
  return segments;
}

/** The index that a segment names in a list; -1 for `-` and for what is no index. */
const indexOf = (segment: string): number => (/^(?:0|[1-9]\d{0,8})$/.test(segment) ? Number(segment) : -1);

/** @param adding whether `-` and the index after the last are places, as they are for what is added */
function placeOf(root: Root, segments: readonly string[], operation: Operation, adding: boolean): Place {
  const pointer = text(segments);
  const absent = () =>
    doesNotApply(
      `${operation.expression} (${operation.op}): there is nothing at "${pointer}". Read the resource again and correct the patch.`,
      operation.expression,
    );
  let holder: Holder | unknown[] = root;
  let key: string | number = 'document';
  for (const segment of segments) {
    const next: unknown = valueAt(holder, key);
    if (!isContainer(next)) throw absent();
    holder = next;
    if (!Array.isArray(next)) key = segment;
    else key = adding && segment === '-' ? next.length : indexOf(segment);
    if (key === -1) throw absent();
  }
  const exists = Array.isArray(holder) ? (key as number) < holder.length : Object.hasOwn(holder, key);
  if (!exists && !adding) throw absent();
  if (Array.isArray(holder) && (key as number) > holder.length) throw absent();
  return { pointer, holder, key, exists };
}

const valueAt = (holder: Holder | unknown[], key: string | number): unknown =>
  Object.hasOwn(holder, key) ? (holder as Holder)[key] : undefined;

function put({ holder, key }: Place, value: unknown, insert: boolean): void {
  if (insert && Array.isArray(holder)) holder.splice(key as number, 0, value);
  else (holder as Holder)[key] = value;
}

function take({ holder, key }: Place): unknown {
  const value = valueAt(holder, key);
  if (Array.isArray(holder)) holder.splice(key as number, 1);
  else delete holder[key];
  return value;
}

const startsWith = (segments: readonly string[], start: readonly string[]): boolean =>
  start.every((segment, n) => segments[n] === segment);

const operations: Readonly<Record<string, Apply>> = {
  add: (root, operation) => put(placeOf(root, operation.path, operation, true), operation.value, true),
  remove: (root, operation) => void take(placeOf(root, operation.path, operation, false)),
  replace: (root, operation) => put(placeOf(root, operation.path, operation, false), operation.value, false),
  move(root, operation) {
    const { path, from, expression } = operation;
    if (from.length < path.length && startsWith(path, from))
      throw malformedPatch(`${expression}: a value cannot be moved into itself.`, expression);
    const value = take(placeOf(root, from, operation, false));
    put(placeOf(root, path, operation, true), value, true);
  },
  copy(root, operation, budget) {
    const { holder, key } = placeOf(root, operation.from, operation, false);
    const copy = JSON.stringify(valueAt(holder, key));
    budget.copied += copy.length;
    if (budget.copied > MAX_COPIED) throw tooLarge('The patch copies too much. Send an update instead.');
    put(placeOf(root, operation.path, operation, true), readDocument(copy), true);
  },
  test(root, operation) {
    const { holder, key, pointer } = placeOf(root, operation.path, operation, false);
    if (isDeepStrictEqual(plainOf(valueAt(holder, key)), plainOf(operation.value))) return;
    throw doesNotApply(
      `${operation.expression}: the test failed, what stands at "${pointer}" is something else. Read the resource again and correct the patch.`,
      operation.expression,
    );
  },
};
const NEEDS_VALUE: ReadonlySet<string> = new Set(['add', 'replace', 'test']);
const NEEDS_FROM: ReadonlySet<string> = new Set(['move', 'copy']);

/** @throws FhirError 400 that says what the operation lacks */
function operationOf(item: unknown, index: number): Operation {
  const expression = `[${index}]`;
  if (!isHolder(item)) throw malformedPatch(`${expression} is no operation. Give an object.`, expression);
  const { op } = item;
  if (typeof op !== 'string' || !Object.hasOwn(operations, op))
    throw malformedPatch(`${expression} has no "op" of ${Object.keys(operations).join(', ')}.`, expression);
  if (NEEDS_VALUE.has(op) && !Object.hasOwn(item, 'value'))
    throw malformedPatch(`${expression} (${op}) has no "value".`, expression);
  return {
    op,
    path: segmentsOf(item.path, 'path', expression),
    from: NEEDS_FROM.has(op) ? segmentsOf(item.from, 'from', expression) : [],
    value: item.value,
    expression,
  };
}

/**
 * Applies a JSON Patch.
 * @param document the resource, which is changed
 * @param patch the body, as a document
 * @returns the patched resource
 * @throws FhirError 400 for what is no JSON Patch, 422 when it does not fit the resource or a test fails
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw malformedPatch(
      'A JSON Patch is a list of operations, such as [{"op": "replace", "path": "/status", "value": "final"}].',
    );
  checkCount(patch.length);
  const root: Root = { document };
  const budget = { copied: 0 };
  for (const operation of patch.map(operationOf)) operations[operation.op]!(root, operation, budget);
  return root.document;
}
