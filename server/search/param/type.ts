// What one search parameter type is: its index table, the rows it makes, the SQL that its values become.
import { hash } from 'node:crypto';
import type { RidOf } from '../../db/rid.ts';
import type { Statement } from '../../db/statement.ts';
import type { Access } from '../../fhir/access.ts';
import type { TypedValue } from '../../fhir/path/index.ts';

/** Names of the index tables, one a search parameter type. */
export type IndexTable =
  | 'index_token'
  | 'index_string'
  | 'index_date'
  | 'index_reference'
  | 'index_uri'
  | 'index_number'
  | 'index_quantity'
  | 'index_composite'
  | 'index_position'
  | 'index_directive';

/** Tables whose rows a criterion may test: those of the types, and the words beside codes, filled behind the change feed. */
export type SearchTable = IndexTable | 'index_display';

/** Column values of one index row, in the order of the table's columns, without param, last_updated and rid. */
export type IndexRow = readonly (string | null)[];

/** Name and SQL type of a column; `system` is a code system URL, stored as its small id. */
export type Column = readonly [name: string, type: string];

/** A search parameter of one resource type, ready for indexing and search. */
export interface SearchParam {
  readonly id: number;
  /** Resource type that it searches. */
  readonly resourceType: string;
  readonly code: string;
  readonly type: string;
  readonly url: string;
  /** Resource types that a reference may point at; absent: any. */
  readonly target?: readonly string[];
  /** Whether the values are canonical URLs, which name a resource by its `url`. Of references only. */
  readonly isCanonical?: () => boolean;
  /** The values of the parameter in a resource; of a composite, the elements that hold a group each. */
  readonly extract: (resource: object) => TypedValue[];
  /** Of a composite: its parts, evaluated on each group. */
  readonly components?: readonly Component[];
}

/** One part of a composite parameter. */
export interface Component {
  /** Search parameter type of the part. */
  readonly type: string;
  readonly code: string;
  readonly target?: readonly string[];
  /** The values of the part in a group. @param resource what %resource means */
  readonly extract: (group: TypedValue, resource: object) => TypedValue[];
}

/** What rows are made with. */
export interface RowContext {
  readonly ridOf: RidOf;
  /** Base URL of this server; references to it are local. */
  readonly base: string;
  /** `Type/id` of the resource that contains the one at hand; absent: nothing contains it. */
  readonly container?: string;
}

/** What the SQL of a value may ask for. */
export interface MatchContext {
  readonly statement: Statement;
  readonly ridOf: RidOf;
  /** Base URL of this server; references to it are local. */
  readonly base: string;
  /** Id of a code system URL, undefined when no resource uses it. */
  readonly systemOf: (url: string) => number | undefined;
  readonly now: Date;
  /** SQL of a column of the rows that are tested: `i.code`, or in a composite `i.c2_code`. */
  readonly column: (name: string) => string;
}

/** A code of a code system; '' is no system. */
export interface SystemCode {
  readonly system: string;
  readonly code: string;
}

/** What modifiers ask of terminology. Each function throws FhirError 400 for what is unknown, endless or too much. */
export interface Terminology {
  /** The codes of a value set. @param valueSet canonical URL, `url|version`, or `ValueSet/id` on this server */
  expand(valueSet: string, access: Access): Promise<readonly SystemCode[]>;
  /** The code and all below it in the hierarchy of its code system. */
  descendants(system: string, code: string, access: Access): Promise<readonly string[]>;
  /** The code and all above it. */
  ancestors(system: string, code: string, access: Access): Promise<readonly string[]>;
}

/** What values are prepared with, before any SQL is made. */
export interface PrepareContext {
  readonly terminology: Terminology;
  readonly access: Access;
}

/** Modifiers that hold for the resources of which no row matches: `not exists`. */
export const negations: ReadonlySet<string> = new Set(['not', 'not-in']);

/** One value of a search parameter, `system|code` or `ge2026-01-01`, unescaped parts kept apart by the type itself. */
export interface ParamType {
  readonly table: IndexTable;
  /** Columns of its rows. */
  readonly columns: readonly Column[];
  /** Column that a sort by this parameter compares; absent when it cannot be sorted by. */
  readonly sortColumn?: string;
  /** SQL condition on alias `i` of the rows that a sort looks at; absent: all. */
  readonly sortedRows?: string;
  /** The same of a row that `rows` has made. */
  isSortedRow?(row: IndexRow): boolean;
  /** Modifiers beside `missing`, which every type has. */
  readonly modifiers: readonly string[];
  /**
   * Index rows of the extracted values. Made for each resource that is written, so its parts are functions of the module:
   * compiled code of a closure that is made anew for each call is lost with it, and compiled again after each collection.
   */
  rows(values: readonly TypedValue[], context: RowContext, param: SearchParam, resource: object): IndexRow[];
  /** Rows in the tables of other types, under the same parameter, which its modifiers search. */
  modifierRows?(values: readonly TypedValue[]): (readonly [table: IndexTable, row: IndexRow])[];
  /** The table that a modifier searches, if it is not `table`. */
  tableOf?(modifier: string): SearchTable | undefined;
  /**
   * The values to search by instead, for modifiers that ask terminology: called before `systems` and `match`.
   * @throws FhirError 400 for a value set or code that cannot be followed
   */
  prepare?(
    values: readonly string[],
    modifier: string | undefined,
    param: SearchParam,
    context: PrepareContext,
  ): Promise<readonly string[]>;
  /**
   * SQL condition on alias `i` that holds for the rows that match any of `values` (already split at commas, still escaped).
   * @throws FhirError 400 for a value that the type cannot read
   */
  match(
    values: readonly string[],
    modifier: string | undefined,
    param: SearchParam,
    context: MatchContext,
  ): string;
  /** Code system URLs that the values name; looked up before `match`. */
  systems?(values: readonly string[], modifier?: string, param?: SearchParam): string[];
  /** Whether the rows of each value lie together in the index, in order of time; absent: they do. */
  inOrder?(values: readonly string[]): boolean;
  /** True when at most one row of a resource can match, so that no duplicates arise. */
  single(values: readonly string[], modifier: string | undefined, param: SearchParam): boolean;
}

/** Longest code or URI that an index row holds as it is: a B-tree entry has at most 2,704 bytes. */
const MAX_INDEXED = 600;

/** A code or URI as index rows hold it: what is too long by its beginning and a hash, so that it is still found whole. */
export const indexedText = (text: string): string =>
  text.length <= MAX_INDEXED ? text : `${text.slice(0, MAX_INDEXED / 2)}#sha256:${hash('sha256', text)}`;

/** Splits at an unescaped separator. https://hl7.org/fhir/R4/search.html#escaping */
export function splitEscaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** Removes the escapes `\,` `\|` `\$` `\\`. */
export const withoutEscapes = (text: string): string => text.replace(/\\([,|$\\])/g, '$1');

/** Puts the escapes in that `withoutEscapes` removes. */
export const escaped = (text: string): string => text.replace(/[,|$\\]/g, '\\$&');
