// The search parameter types that this server indexes and searches, by the specification's name.
import { composite } from './composite.ts';
import { date } from './date.ts';
import { directive } from './directive.ts';
import { number } from './number.ts';
import { quantity } from './quantity.ts';
import { reference } from './reference.ts';
import { special } from './special.ts';
import { string } from './string.ts';
import { token } from './token.ts';
import type { IndexTable, ParamType } from './type.ts';
import { uri } from './uri.ts';

export const paramTypes: Readonly<Record<string, ParamType>> = {
  token,
  string,
  date,
  reference,
  uri,
  number,
  quantity,
  composite,
  special,
};

/** Those, and what only access is made of: every type whose parameters make index rows. */
export const rowTypes: Readonly<Record<string, ParamType>> = { ...paramTypes, directive };

/** Every index table with its parameter type, in the order in which a write fills them. */
export const indexTables: ReadonlyMap<IndexTable, ParamType> = new Map(
  Object.values(rowTypes).map((type) => [type.table, type]),
);
