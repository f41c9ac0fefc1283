// The slices of an element: each value goes to its slice, each slice is counted, a closed slicing takes nothing else.
// https://hl7.org/fhir/R4/profiling.html#slicing

import { type Check, report } from '../run.ts';
import { cardinality, onEach } from './cardinality.ts';
import type { Compilation } from './context.ts';
import { matcherOf } from './discriminator.ts';
import type { Node } from './node.ts';

/**
 * Compiles the slices of a list, or of an element that does not repeat.
 * @param check compiles the demands of a slice on its values
 * @returns undefined when the slices demand nothing
 */
export function compileSlices(
  node: Node,
  name: string,
  compilation: Compilation,
  check: (slice: Node) => Check | undefined,
): Check | undefined {
  const isClosed = node.definition.slicing?.rules === 'closed';
  const slices = [...node.slices.values()].map((slice) => ({
    matches: matcherOf(compilation, node, slice),
    count: cardinality(slice, name, compilation.name),
    check: check(slice),
  }));
  const useful = slices.filter((slice) => isClosed || slice.count || slice.check);
  if (!useful.length) return undefined;
  const foreign = `is none of ${[...node.slices.keys()].join(', ')}, and ${compilation.name} allows no other`;
  return (values, run) => {
    const counts = useful.map(() => 0);
    const assign: Check = (value) => {
      const at = useful.findIndex(({ matches }) => matches(value));
      if (at >= 0) {
        counts[at]!++;
        useful[at]!.check?.(value, run);
      } else if (isClosed) report(run, 'structure', foreign);
    };
    if (values !== undefined) {
      run.path.push(name);
      onEach(assign)(values, run);
      run.path.pop();
    }
    for (const [at, { count }] of useful.entries()) count?.(counts[at]!, run);
  };
}
