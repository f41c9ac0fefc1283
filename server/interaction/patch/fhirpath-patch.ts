// FHIRPath Patch: a Parameters resource whose operations name elements by FHIRPath.
// https://hl7.org/fhir/R4/fhirpatch.html
import { propertiesOf } from '../../fhir/elements.ts';
import { FhirError, type Issue } from '../../fhir/errors.ts';
import { type Node, parse } from '../../fhir/path/parser.ts';
import { checkCount, doesNotApply, type Holder, isHolder, malformedPatch } from './document.ts';
import { addElement, itemFor } from './given-value.ts';
import { type Item, putAt, readItems, removeAt, writeItems } from './items.ts';
import { elementBelow, holderAt, type Place, placesOf, propertiesFor, typeAt } from './place.ts';

/** One operation as it was read; `parts` by name. */
interface Operation {
  path: Node;
  /** The path as it was sent. */
  text: string;
  parts: ReadonlyMap<string, Holder>;
  /** Where the operation stands, for failures. */
  expression: string;
}

type Apply = (resource: Holder, operation: Operation) => void;

const missing = ({ expression }: Operation, name: string, how: string) =>
  malformedPatch(`${expression} has no part "${name}" with ${how}.`, expression);

/** A part that holds text, such as `valueString`. */
function textOf(part: Holder | undefined): string | undefined {
  const value = part?.valueString ?? part?.valueCode;
  return typeof value === 'string' ? value : undefined;
}

/** The number of a part such as `index`; numbers of a document are texts. */
function numberOf(operation: Operation, name: string): number {
  const part = operation.parts.get(name);
  const text = JSON.stringify(part?.valueInteger ?? part?.valueUnsignedInt ?? part?.valuePositiveInt ?? null);
  if (!/^\d{1,9}$/.test(text)) throw missing(operation, name, 'a valueInteger from 0');
  return Number(text);
}

function valuePartOf(operation: Operation): Holder {
  const part = operation.parts.get('value');
  if (!part)
    throw missing(operation, 'value', 'a value[x], or with parts for an element that has no type of its own');
  return part;
}

/** The one place that a path names. */
function onePlace(resource: Holder, operation: Operation): Place {
  const { path, text, expression } = operation;
  const places = placesOf(path, resource);
  if (places.length === 1) return places[0]!;
  throw doesNotApply(
    `${expression}: the path "${text}" names ${places.length ? `${places.length} elements` : 'nothing in this resource'}; it must name one.`,
    expression,
  );
}

/** The element around the path's place, for operations that cannot be done on the resource itself. */
function placeInside(resource: Holder, operation: Operation): Place & { holder: Holder; parent: Place } {
  const place = onePlace(resource, operation);
  if (place.holder && place.parent) return place as Place & { holder: Holder; parent: Place };
  throw malformedPatch(
    `${operation.expression}: the path "${operation.text}" names the resource itself. Name an element of it.`,
    operation.expression,
  );
}

/** A list that a path names by its element, such as `Patient.identifier`. */
function listAt(resource: Holder, operation: Operation) {
  const { path, text, expression } = operation;
  if (path.kind !== 'member')
    throw malformedPatch(
      `${expression}: the path "${text}" must end with the name of the list, such as Patient.identifier.`,
      expression,
    );
  const from = path.input ?? ({ kind: 'this' } as const);
  const around = onePlace(resource, { ...operation, path: from });
  const type = typeAt(around, resource);
  if (!elementBelow(type, path.name).array)
    throw malformedPatch(`${expression}: ${type}.${path.name} is no list.`, expression);
  const [target] = propertiesFor(type, path.name);
  const holder = holderAt(around, resource);
  return {
    around,
    type,
    name: path.name,
    target: target!,
    holder,
    items: holder ? readItems(holder, target!.property, target!.type) : [],
  };
}

function outside({ expression }: Operation, name: string, index: number, most: number) {
  return doesNotApply(
    `${expression}: ${name} is ${index}, but the list allows ${most < 0 ? 'none, it is empty' : `0 to ${most}`}.`,
    expression,
  );
}

const operations: Readonly<Record<string, Apply>> = {
  add(resource, operation) {
    const name = textOf(operation.parts.get('name'));
    if (name === undefined) throw missing(operation, 'name', 'a valueString that names an element');
    const place = onePlace(resource, operation);
    addElement(place, resource, name, valuePartOf(operation), operation.expression);
  },
  insert(resource, operation) {
    const { around, type, name, target, holder, items } = listAt(resource, operation);
    const index = numberOf(operation, 'index');
    if (index > items.length) throw outside(operation, 'index', index, items.length);
    if (!holder) {
      addElement(around, resource, name, valuePartOf(operation), operation.expression);
      return;
    }
    items.splice(index, 0, itemFor(type, name, valuePartOf(operation), operation.expression).item);
    writeItems(holder, target.property, items);
  },
  delete(resource, operation) {
    if (placesOf(operation.path, resource).length) removeAt(placeInside(resource, operation));
  },
  replace(resource, operation) {
    const place = placeInside(resource, operation);
    const type = typeAt(place.parent, resource);
    const name = propertiesOf(type).get(place.property)?.name ?? place.property;
    const { property, item } = itemFor(type, name, valuePartOf(operation), operation.expression);
    if (property !== place.property) putAt(place, undefined);
    putAt({ ...place, property }, item);
  },
  move(resource, operation) {
    const { target, holder, items } = listAt(resource, operation);
    const source = numberOf(operation, 'source');
    const destination = numberOf(operation, 'destination');
    const most = items.length - 1;
    if (source > most) throw outside(operation, 'source', source, most);
    if (destination > most) throw outside(operation, 'destination', destination, most);
    const moved = items.splice(source, 1) as [Item];
    items.splice(destination, 0, ...moved);
    writeItems(holder!, target.property, items);
  },
};

/** The narrative's element has the name of an operator; the specification's own patches write it without quotes. */
const NARRATIVE = /\.div$/;

const PARTS: ReadonlySet<string> = new Set([
  'type',
  'path',
  'name',
  'value',
  'index',
  'source',
  'destination',
]);

/** @throws FhirError 400 that says what the operation lacks */
function operationOf(parameter: unknown, index: number): [Apply, Operation] {
  const expression = `Parameters.parameter[${index}]`;
  if (!isHolder(parameter) || parameter.name !== 'operation' || !Array.isArray(parameter.part))
    throw malformedPatch(`${expression} must have the name "operation" and parts.`, expression);
  const parts = new Map<string, Holder>();
  for (const part of parameter.part as unknown[]) {
    const name = isHolder(part) ? part.name : undefined;
    if (typeof name !== 'string' || !PARTS.has(name) || parts.has(name))
      throw malformedPatch(
        `${expression} has a part that is unknown or there twice. Known are ${[...PARTS].join(', ')}.`,
        expression,
      );
    parts.set(name, part as Holder);
  }
  const type = textOf(parts.get('type'));
  if (type === undefined || !Object.hasOwn(operations, type))
    throw malformedPatch(
      `${expression} has no part "type" with a valueCode of ${Object.keys(operations).join(', ')}.`,
      expression,
    );
  const text = textOf(parts.get('path'));
  if (text === undefined)
    throw malformedPatch(
      `${expression} has no part "path" with a valueString such as Patient.name.`,
      expression,
    );
  return [operations[type]!, { path: parse(text.replace(NARRATIVE, '.`div`')), text, parts, expression }];
}

/** Failures of paths and values learn here which operation they belong to. */
function inOperation<T>(index: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const expression = `Parameters.parameter[${index}]`;
    const issues = error.issues.map(
      (issue): Issue =>
        issue.expression
          ? issue
          : { ...issue, diagnostics: `${expression}: ${issue.diagnostics}`, expression: [expression] },
    );
    throw new FhirError(error.status, issues);
  }
}

/**
 * Applies a FHIRPath Patch.
 * @param document the resource, which is changed
 * @param patch the body, as a document
 * @returns the patched resource
 * @throws FhirError 400 for what is no FHIRPath Patch, 422 when it does not fit the resource
 */
export function applyFhirPathPatch(document: unknown, patch: unknown): unknown {
  if (!isHolder(patch) || patch.resourceType !== 'Parameters')
    throw malformedPatch(
      'A FHIRPath Patch is a Parameters resource with parameters named "operation".',
      'resourceType',
    );
  const parameters = patch.parameter ?? [];
  if (!Array.isArray(parameters))
    throw malformedPatch('Parameters.parameter must be a list.', 'Parameters.parameter');
  checkCount(parameters.length);
  const read = parameters.map((parameter, n) => inOperation(n, () => operationOf(parameter, n)));
  for (const [n, [apply, operation]] of read.entries())
    inOperation(n, () => apply(document as Holder, operation));
  return document;
}
