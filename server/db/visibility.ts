// A caller's access as SQL: the condition that every statement on resources carries.
import type { Rid } from './rid.ts';
import type { Statement } from './statement.ts';

/** Access in the store's own numbers. */
export interface Visibility {
  /** Types that are seen whole; undefined: all types. */
  all: readonly number[] | undefined;
  /** Types seen within the compartment of `patient`. */
  confined: readonly number[];
  /** The patient's surrogate; undefined when nothing is confined. */
  patient?: Rid;
}

/**
 * Condition on a row of `resource` or `history` with the columns `type` and `rid`.
 * @param alias alias of that row
 * @param compartment parameter id of the compartment's index rows
 * @returns undefined when nothing is hidden; `false` as text when everything is
 */
export function visibleSql(
  visibility: Visibility,
  alias: string,
  compartment: number,
  statement: Statement,
): string | undefined {
  if (!visibility.all) return undefined;
  const tests: string[] = [];
  if (visibility.all.length) tests.push(`${alias}.type = any('{${visibility.all.join(',')}}'::smallint[])`);
  if (visibility.confined.length && visibility.patient) {
    tests.push(`(${alias}.type = any('{${visibility.confined.join(',')}}'::smallint[]) and exists (
      select from index_reference access where access.rid = ${alias}.rid and access.param = ${compartment}
        and access.target = ${statement.add(visibility.patient, 'bigint')}))`);
  }
  return tests.length ? `(${tests.join(' or ')})` : 'false';
}
