// What the filters of a value set keep, by their operators. https://hl7.org/fhir/R4/valueset-filter-operator.html
import { badRequest } from '../fhir/errors.ts';
import { type Concept, type Content, type Filter, PARENTS, propertyText } from './content.ts';
import { wholePattern, withPattern } from './pattern.ts';

/** Names of the code itself among the properties that filters may ask for. */
const CODE = new Set(['concept', 'code']);

/** What filters look at: one concept, and the content that it stands in. */
type Test = (concept: Concept, filter: Filter, content: Content, user: string) => boolean;

/** A concept with more properties gets an index of them when it is first asked for one. */
const FEW = 20;
const indexes = new WeakMap<Concept, ReadonlyMap<string | undefined, readonly string[]>>();

/** The values of a property that is not one of FHIR's own. */
function ownValues(concept: Concept, property: string): readonly string[] {
  const { property: all = [] } = concept;
  if (all.length <= FEW) return all.flatMap((one) => (one.code === property ? [propertyText(one)] : []));
  const index =
    indexes.get(concept) ??
    new Map(
      [...Map.groupBy(all, ({ code }) => code)].map(
        ([code, some]) => [code, some.map(propertyText)] as const,
      ),
    );
  indexes.set(concept, index);
  return index.get(property) ?? [];
}

/** The values of a property of a concept, as text. */
function valuesOf(concept: Concept, property: string, content: Content): readonly string[] {
  const code = concept.code!;
  if (CODE.has(property)) return [code];
  if (property === 'display') return concept.display === undefined ? [] : [concept.display];
  if (property === 'definition') return concept.definition === undefined ? [] : [concept.definition];
  if (PARENTS.has(property)) return content.parents(code);
  if (property === 'child') return content.children(code);
  return ownValues(concept, property);
}

const listed = (value: string): ReadonlySet<string> => new Set(value.split(',').map((one) => one.trim()));

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();
/** A list that is asked again and again, as a set. */
function setOf(list: readonly string[]): ReadonlySet<string> {
  const known = sets.get(list) ?? new Set(list);
  sets.set(list, known);
  return known;
}
const isBelow = (code: string, root: string, content: Content): boolean =>
  setOf(content.ancestors(code)).has(root);

/** By operator. */
const tests: Readonly<Record<string, Test>> = {
  '=': (concept, { property, value }, content) => valuesOf(concept, property, content).includes(value),
  'is-a': (concept, { value }, content) => isBelow(concept.code!, value, content),
  'descendent-of': (concept, { value }, content) =>
    concept.code !== value && isBelow(concept.code!, value, content),
  'is-not-a': (concept, { value }, content) => !isBelow(concept.code!, value, content),
  generalizes: (concept, { value }, content) =>
    content.concept(value) !== undefined && isBelow(value, concept.code!, content),
  in: (concept, { property, value }, content) => {
    const wanted = listed(value);
    return valuesOf(concept, property, content).some((one) => wanted.has(one));
  },
  'not-in': (concept, { property, value }, content) => {
    const unwanted = listed(value);
    return !valuesOf(concept, property, content).some((one) => unwanted.has(one));
  },
  regex: (concept, { property, value }, content, user) => {
    const pattern = wholePattern(value, user);
    const values = valuesOf(concept, property, content);
    return withPattern(value, user, () => values.some((one) => pattern.test(one)));
  },
  exists: (concept, { property, value }, content) =>
    String(valuesOf(concept, property, content).length > 0) === value,
};
/** Operators that ask for the code; the others ask for any property. */
const HIERARCHY = new Set(['is-a', 'descendent-of', 'is-not-a', 'generalizes']);

/** The codes that a filter keeps, where that is known without a look at each. */
const lists: Readonly<Record<string, (filter: Filter, content: Content) => readonly string[]>> = {
  'is-a': ({ value }, content) => (content.concept(value) ? content.descendants(value) : []),
  'descendent-of': ({ value }, content) => content.descendants(value).slice(1),
  generalizes: ({ value }, content) => (content.concept(value) ? content.ancestors(value) : []),
};

/** @throws FhirError 400 for operators and properties that are not followed */
export function checkFilter({ property, op, value }: Filter, system: string, user: string): void {
  const known = Object.hasOwn(tests, op) && (!HIERARCHY.has(op) || CODE.has(property));
  if (!known)
    throw badRequest(
      `${user} filters ${system} by "${property} ${op}", which this server does not follow. It follows ${Object.keys(tests).join(', ')}; of these ${[...HIERARCHY].join(', ')} on "concept".`,
    );
  if (op === 'exists' && value !== 'true' && value !== 'false')
    throw badRequest(`${user} filters ${system} by "${property} exists ${value}". Write true or false.`);
}

/** Whether a concept passes a filter. */
export function passes(concept: Concept, filter: Filter, content: Content, user: string): boolean {
  checkFilter(filter, content.header.url, user);
  return tests[filter.op]!(concept, filter, content, user);
}

/** The codes of content in memory that pass all filters, in its order. */
export function kept(
  all: readonly Concept[],
  filters: readonly Filter[],
  content: Content,
  user: string,
): readonly string[] {
  let concepts = all;
  for (const filter of filters) {
    checkFilter(filter, content.header.url, user);
    const list = Object.hasOwn(lists, filter.op) ? new Set(lists[filter.op]!(filter, content)) : undefined;
    const test = testOf(filter, content, user);
    const before = concepts;
    const select = () => before.filter((one) => (list ? list.has(one.code!) : test(one)));
    concepts = filter.op === 'regex' ? withPattern(filter.value, user, select) : select();
  }
  return concepts.map(({ code }) => code!);
}

/** A filter's test for many concepts. */
function testOf(filter: Filter, content: Content, user: string): (concept: Concept) => boolean {
  const { op, property, value } = filter;
  if (op === 'in' || op === 'not-in') {
    const codes = listed(value);
    return (concept) => valuesOf(concept, property, content).some((one) => codes.has(one)) === (op === 'in');
  }
  if (op === 'is-not-a') {
    const below = new Set(content.descendants(value));
    return ({ code }) => !below.has(code!);
  }
  if (op !== 'regex') return (concept) => tests[op]!(concept, filter, content, user);
  const pattern = wholePattern(filter.value, user);
  return (concept) => valuesOf(concept, filter.property, content).some((one) => pattern.test(one));
}
