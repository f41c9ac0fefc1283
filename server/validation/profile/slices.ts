// The slices of an element: each value goes to its slice, each slice is counted, a closed slicing takes nothing else.
// https://hl7.org/fhir/R4/profiling.html#slicing
import type { ElementDefinitionSlicing } from '@medplum/fhirtypes';
import { type Check, type Run, report } from '../run.ts';
import { type Count, cardinality } from './cardinality.ts';
import type { Compilation } from './context.ts';
import { matcherOf } from './discriminator.ts';
import type { Test } from './discriminator-path.ts';
import type { Node } from './node.ts';

/** The slice that takes what no other takes. https://hl7.org/fhir/R4/profiling.html#default-slice */
const DEFAULT = '@default';
/** Extensions are sliced by their url, whether that is said or not. */
const BY_URL: ElementDefinitionSlicing = { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' };

/** More slices than this are not listed in a sentence. */
const MAX_NAMED = 30;

const NOTHING: readonly unknown[] = [];
const NONE_KEPT: unknown[][] = [];

interface Slice {
  readonly name: string;
  readonly matches: Test | undefined;
  readonly count: Count | undefined;
  readonly check: Check | undefined;
  /** The slices of the slice. */
  readonly inner: Slicing | undefined;
}
/** Sorts the values of a list, nulls left out, or one value. The path at hand is that of the owner of the element. */
type Slicing = (values: unknown, run: Run) => void;

/** Reports values that stand before one of a slice that goes before theirs, or after what only ends the list. */
function orderCheck(slices: readonly Slice[], { ordered, rules }: ElementDefinitionSlicing, owner: string) {
  if (!ordered && rules !== 'openAtEnd') return undefined;
  return (found: number, last: number, run: Run): void => {
    const isAfterForeign = rules === 'openAtEnd' && last === slices.length && found < last;
    if (isAfterForeign)
      report(
        run,
        'structure',
        `is of slice "${slices[found]!.name}", which goes before what is of none, by ${owner}`,
      );
    else if (ordered && found < last && last < slices.length)
      report(
        run,
        'structure',
        `is of slice "${slices[found]!.name}", which goes before slice "${slices[last]!.name}" by ${owner}`,
      );
  };
}

function slicingOf(
  slices: readonly Slice[],
  slicing: ElementDefinitionSlicing,
  name: string,
  owner: string,
): Slicing {
  const isClosed = slicing.rules === 'closed';
  const inOrder = orderCheck(slices, slicing, owner);
  const fallback = slices.findIndex((slice) => slice.name === DEFAULT);
  const names = slices.slice(0, MAX_NAMED).map((slice) => slice.name);
  const others = slices.length > MAX_NAMED ? ` and ${slices.length - MAX_NAMED} others` : '';
  const foreign = `is none of ${names.join(', ')}${others}, and ${owner} allows no other`;
  const placeOf = (value: unknown, run: Run) => {
    for (let place = 0; place < slices.length; place++)
      if (slices[place]!.matches?.(value, run)) return place;
    return fallback;
  };
  /** Treats one value, with its path at hand, and gives its slice. */
  const sort = (value: unknown, last: number, run: Run): number => {
    const place = placeOf(value, run);
    const slice = slices[place];
    inOrder?.(slice ? place : slices.length, last, run);
    if (slice) slice.check?.(value, run);
    else if (isClosed) report(run, 'structure', foreign);
    return place;
  };
  const lastOf = (place: number, last: number) => {
    if (place >= 0) return Math.max(last, place);
    return slicing.rules === 'openAtEnd' ? slices.length : last;
  };
  const hasInner = slices.some(({ inner }) => inner);
  return (values, run) => {
    const counts = new Array<number>(slices.length).fill(0);
    const list = Array.isArray(values) ? (values as unknown[]) : values === undefined ? NOTHING : [values];
    const kept: unknown[][] = hasInner ? [] : NONE_KEPT;
    let last = -1;
    run.path.push(name);
    for (let index = 0; index < list.length; index++) {
      if (list[index] === null) continue;
      if (list === values) run.path.push(index);
      const place = sort(list[index], last, run);
      if (list === values) run.path.pop();
      last = lastOf(place, last);
      if (place < 0) continue;
      counts[place]!++;
      if (!slices[place]!.inner) continue;
      kept[place] ??= list.map(() => null);
      kept[place][index] = list[index];
    }
    run.path.pop();
    for (let place = 0; place < slices.length; place++) {
      slices[place]!.count?.(counts[place]!, run);
      slices[place]!.inner?.(kept[place], run);
    }
  };
}

/** What tells the slices apart: of extensions the url, even if it is not said. */
function slicingIn({ definition }: Node, above: ElementDefinitionSlicing | undefined, type: string) {
  return definition.slicing ?? above ?? (type === 'Extension' ? BY_URL : undefined);
}

function compileSlicing(
  node: Node,
  name: string,
  type: string,
  compilation: Compilation,
  check: (slice: Node) => Check | undefined,
  above?: ElementDefinitionSlicing,
): Slicing | undefined {
  const slicing = slicingIn(node, above, type);
  if (!slicing?.discriminator?.length) {
    compilation.fail(`${node.definition.id} is sliced without a discriminator`);
    return undefined;
  }
  const slices: Slice[] = [];
  for (const [sliceName, slice] of node.slices) {
    const isDefault = sliceName === DEFAULT;
    const matches = isDefault ? undefined : matcherOf(compilation, slice, type, slicing.discriminator);
    if (!matches && !isDefault) continue;
    slices.push({
      name: sliceName,
      matches,
      count: cardinality(slice, name, compilation.name),
      check: check(slice),
      inner: slice.slices.size ? compileSlicing(slice, name, type, compilation, check, slicing) : undefined,
    });
  }
  const isStrict = slicing.rules === 'closed' || slicing.rules === 'openAtEnd' || slicing.ordered;
  const useful = isStrict ? slices : slices.filter((slice) => slice.count ?? slice.check ?? slice.inner);
  if (!useful.length) return undefined;
  // Values of a slice that cannot be told must not be taken for those of none.
  const isWhole = slices.length === node.slices.size;
  const rules = isWhole ? slicing : { ...slicing, rules: 'open' as const, ordered: false };
  return slicingOf(useful, rules, name, compilation.name);
}

/**
 * Compiles the slices of a list, or of an element that does not repeat.
 * @param check compiles the demands of a slice on its values
 * @returns undefined when the slices demand nothing
 */
export function compileSlices(
  node: Node,
  name: string,
  type: string,
  compilation: Compilation,
  check: (slice: Node) => Check | undefined,
): Check | undefined {
  if (!node.slices.size) return undefined;
  return compileSlicing(node, name, type, compilation, check);
}
