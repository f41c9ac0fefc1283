// A caller's access as SQL: the condition that every statement on resources carries.
import type { Rid } from './rid.ts';
import type { Statement } from './statement.ts';

/**
 * Condition on a row with the columns `type` and `rid`.
 * @param alias alias of that row
 * @returns undefined when nothing is hidden; `false` as text when everything is
 */
export type Condition = (alias: string, statement: Statement) => string | undefined;

/** Access in the store's own numbers. */
export interface Visibility {
  /** Types of which something is seen, by their numbers; undefined: all types. */
  readonly types: readonly number[] | undefined;
  /** Nothing of these types is hidden. */
  readonly whole: boolean;
  /** Nothing of these types is hidden but by labels, which the content of a resource tells of. */
  readonly byLabels?: boolean;
  /**
   * The types that are seen within one patient's chart, and that patient: few rows, which plans begin with.
   * `sql` is the condition on rows of that chart: what is asked of them beside.
   */
  readonly chart?: { readonly patient: Rid; readonly types: readonly number[]; readonly sql: Condition };
  readonly sql: Condition;
}

/** Everything: what the server reads for itself. */
export const UNLIMITED: Visibility = { types: undefined, whole: true, sql: () => undefined };
