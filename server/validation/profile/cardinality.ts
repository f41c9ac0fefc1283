// How often an element or a slice occurs, against the min and max of its definition.
// https://hl7.org/fhir/R4/conformance-rules.html#cardinality
import { type Check, type Run, report } from '../run.ts';
import type { Node } from './node.ts';

const isUnbounded = (max: string | undefined) => max === undefined || max === '*';
const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

/** Reports a count outside of min and max. The path at hand is that of the owner of element `name`. */
export type Count = (count: number, run: Run) => void;

/**
 * Compiles the min and max of an element or slice.
 * @param owner id of the profile, for sentences
 * @returns undefined when they are those of R4
 */
export function cardinality({ definition }: Node, name: string, owner: string): Count | undefined {
  const { min = 0, max, base, sliceName } = definition;
  const most = isUnbounded(max) ? Number.POSITIVE_INFINITY : Number(max);
  const isSame = !sliceName && min === (base?.min ?? 0) && max === (base?.max ?? max);
  if (isSame || (min === 0 && most === Number.POSITIVE_INFINITY)) return undefined;
  const slice = sliceName ? `slice "${sliceName}" ` : '';
  const tooFew = `${slice ? `needs its ${slice}` : 'is needed '}at least ${times(min)} by ${owner}`;
  const tooMany = `${slice}${most === 0 ? 'is not allowed' : `may occur at most ${times(most)}`} by ${owner}`;
  return (count, run) => {
    if (count < min) report(run, 'required', tooFew, { below: name });
    else if (count > most) report(run, 'structure', tooMany, { below: name });
  };
}

/** Runs a check on each value of a property, with the index of a list in the path. */
export function onEach(check: Check): Check {
  return (value, run) => {
    if (!Array.isArray(value)) {
      check(value, run);
      return;
    }
    for (let index = 0; index < value.length; index++) {
      if (value[index] === null) continue;
      run.path.push(index);
      check(value[index], run);
      run.path.pop();
    }
  };
}

/** One check of several; undefined of none. */
export function allOf(checks: readonly (Check | undefined)[]): Check | undefined {
  const [first, second, ...others] = checks.filter((check) => check !== undefined);
  if (!first || !second) return first;
  const all = [first, second, ...others];
  return (value, run) => {
    for (const check of all) check(value, run);
  };
}
