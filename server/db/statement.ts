// A statement under construction: SQL text with numbered parameters, and the array literals that `unnest` takes.

/** Collects parameters while the text of a statement is put together. */
export class Statement {
  readonly values: string[] = [];
  /** It goes over the charts of many people: what is asked of each is told as a set instead. */
  readonly wide: boolean;

  constructor({ wide = false } = {}) {
    this.wide = wide;
  }

  /** Adds a value and returns its placeholder with a cast, `$3::bigint`. */
  add(value: string | number, type: string): string {
    this.values.push(String(value));
    // As text, or the driver would make a JavaScript Date of it, which knows no infinity and no year 10000.
    return `$${this.values.length}::${type === 'timestamptz' ? 'text::timestamptz' : type}`;
  }
}

/** PostgreSQL array literal of values that need no quoting (numbers, rids, booleans, timestamps in ISO form). */
export const plainArray = (values: readonly (string | number | boolean | null)[]): string =>
  `{${values.map((value) => value ?? 'null').join(',')}}`;

const SPECIAL = /["\\]/g;
/** PostgreSQL array literal of text. */
export function textArray(values: readonly (string | null)[]): string {
  let literal = '{';
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as string | null;
    if (i) literal += ',';
    if (value === null) literal += 'null';
    else literal += `"${SPECIAL.test(value) ? value.replace(SPECIAL, '\\$&') : value}"`;
    SPECIAL.lastIndex = 0;
  }
  return `${literal}}`;
}
