// Invariants of R4 that are checked by plain functions: those of hot datatypes, and those whose expression is awkward or
// takes more than linear time. https://hl7.org/fhir/R4/conformance-rules.html#constraints
import { compareMoments, momentOf } from '../../fhir/path/moment.ts';
import type { Json, Run } from '../run.ts';
import { areContainedReferred } from './contained.ts';

/** Whether a value keeps an invariant. */
export type Holds = (value: Json, run: Run) => boolean;

const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const has = (object: Json, name: string): boolean =>
  object[name] !== undefined || object[`_${name}`] !== undefined;
const objectOf = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null ? (value as Json) : undefined;

/** Period per-1. Where the precision of start and end does not tell, it is not violated. */
function periodInOrder({ start, end }: Json): boolean {
  if (typeof start !== 'string' || typeof end !== 'string' || start === end) return true;
  if (start.length === 10 && end.length === 10) return start <= end;
  const [from, to] = [momentOf(start), momentOf(end)];
  const difference = from && to ? compareMoments(from, to) : undefined;
  return difference === undefined || difference <= 0;
}

/** Range rng-2. Quantities of different units are not compared. */
function rangeInOrder(range: Json): boolean {
  const [low, high] = [objectOf(range.low), objectOf(range.high)];
  if (typeof low?.value !== 'number' || typeof high?.value !== 'number') return true;
  const isSameUnit =
    low.system === high.system &&
    low.code === high.code &&
    (low.code !== undefined || low.unit === high.unit);
  return !isSameUnit || low.value <= high.value;
}

/** RiskAssessment.prediction.probability ras-1: only a Range has low and high. */
function isPercentage(value: unknown): boolean {
  const bound = objectOf(value);
  return !bound || (bound.code === '%' && bound.system === 'http://unitsofmeasure.org');
}

const metaOf = (resource: Json): Json | undefined => objectOf(resource.meta);

/** Text that two codings share exactly when every part of them is equal, whatever the order of the parts. */
const codingKey = (coding: unknown): string =>
  JSON.stringify(coding, (_, inner: unknown) =>
    objectOf(inner) && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner as Json).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Observation obs-7, with one look at each coding. */
function isNoComponentOfItself(observation: Json): boolean {
  const components = listOf(observation.component);
  if (!components.length || !Object.keys(observation).some((name) => /^_?value[A-Z]/.test(name))) return true;
  const own = new Set(listOf(objectOf(observation.code)?.coding).map(codingKey));
  return !components.some(({ code }) =>
    listOf(objectOf(code)?.coding).some((entry) => own.has(codingKey(entry))),
  );
}

/** Adds the texts that the tree's nodes have under `name`; false as soon as one comes twice. */
function areDistinct(
  nodes: readonly Json[],
  name: string,
  below: readonly string[],
  seen: Set<unknown>,
): boolean {
  return nodes.every((node) => {
    const text = node[name];
    if (text !== undefined && seen.has(text)) return false;
    seen.add(text);
    return below.every((child) => areDistinct(listOf(node[child]), name, below, seen));
  });
}

/** ImplementationGuide.definition ig-1. */
function areGroupingsThere(definition: Json): boolean {
  const ids = new Set(listOf(definition.grouping).map(({ id }) => id));
  return listOf(definition.resource).every(
    ({ groupingId }) => groupingId === undefined || ids.has(groupingId),
  );
}

/** ImplementationGuide ig-2. */
function areVersionsThere({ definition, fhirVersion }: Json): boolean {
  const own = new Set<unknown>(Array.isArray(fhirVersion) ? fhirVersion : []);
  return listOf(objectOf(definition)?.resource).every(({ fhirVersion: versions }) =>
    (Array.isArray(versions) ? versions : []).every((version: unknown) => own.has(version)),
  );
}

const pathOf = (element: Json | undefined): string => (typeof element?.path === 'string' ? element.path : '');
const ownerOf = (run: Run): Json => run.resource as Json;

/** StructureDefinition.snapshot sdf-8: the first element is the type, all others are below it. */
function isSnapshotOfType({ element }: Json, run: Run): boolean {
  const [first, ...others] = listOf(element);
  const { kind, type } = ownerOf(run);
  const start = `${pathOf(first)}.`;
  return (
    (kind === 'logical' || pathOf(first) === type) && others.every((one) => pathOf(one).startsWith(start))
  );
}

/** StructureDefinition.differential sdf-8a: all elements start with the type. */
function isDifferentialOfType({ element }: Json, run: Run): boolean {
  const [first, ...others] = listOf(element);
  const { kind, type } = ownerOf(run);
  const start = `${pathOf(first).split('.')[0]}.`;
  const isOfType = kind === 'logical' || (typeof type === 'string' && pathOf(first).startsWith(type));
  return isOfType && others.every((one) => pathOf(one).startsWith(start));
}

/** ElementDefinition eld-2. */
function isMinBelowMax({ min, max }: Json): boolean {
  return typeof min !== 'number' || typeof max !== 'string' || max === '*' || !(min > Number(max));
}

/** The native checks by key; a key that several types share has the same meaning in each. */
export const NATIVE: Readonly<Record<string, Holds>> = {
  'cnt-3': (count) =>
    (has(count, 'code') || !has(count, 'value')) &&
    (count.system === undefined || count.system === 'http://unitsofmeasure.org') &&
    (count.code === undefined || count.code === '1') &&
    (count.value === undefined || Number.isInteger(count.value)),
  'csd-1': ({ concept }) => areDistinct(listOf(concept), 'code', ['concept'], new Set()),
  'dom-3': (resource) => areContainedReferred(resource),
  'dom-4': ({ contained }) =>
    contained === undefined ||
    listOf(contained).every((inner) => {
      const meta = metaOf(inner);
      return !meta || (!has(meta, 'versionId') && !has(meta, 'lastUpdated'));
    }),
  'dom-5': ({ contained }) =>
    contained === undefined || listOf(contained).every((inner) => metaOf(inner)?.security === undefined),
  'eld-2': isMinBelowMax,
  'ig-1': areGroupingsThere,
  'ig-2': areVersionsThere,
  'obs-7': isNoComponentOfItself,
  'per-1': periodInOrder,
  'qty-3': (quantity) => !has(quantity, 'code') || has(quantity, 'system'),
  'que-2': ({ item }) => areDistinct(listOf(item), 'linkId', ['item'], new Set()),
  'ras-1': (value) => typeof value !== 'object' || (isPercentage(value.low) && isPercentage(value.high)),
  'rng-2': rangeInOrder,
  'sdf-8': isSnapshotOfType,
  'sdf-8a': isDifferentialOfType,
};
