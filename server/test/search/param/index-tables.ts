// Index rows of resources in their tables, tested with the SQL that search values become: parameter types by themselves.
import type { Test } from 'tap';
import { internParameters, internTypes, Systems } from '../../../db/intern.ts';
import { openPool } from '../../../db/pool.ts';
import { createRidOf } from '../../../db/rid.ts';
import { Statement } from '../../../db/statement.ts';
import { systemAccess } from '../../../fhir/access.ts';
import { resourceTypes } from '../../../fhir/elements.ts';
import { indexResource } from '../../../indexing/index.ts';
import { indexTables, paramTypes } from '../../../search/param/index.ts';
import { negations, splitEscaped, type Terminology } from '../../../search/param/type.ts';
import { createRegistry } from '../../../search/registry.ts';
import { createDatabase } from '../../helpers/database.ts';

export const BASE = 'http://127.0.0.1:3000/fhir';
const NOW = new Date('2026-03-14T09:30:00.000Z');

export type Draft = { resourceType: string; id: string } & Record<string, unknown>;

/** Terminology that no search of the test may ask. */
const unasked = (): Promise<never> => Promise.reject(new Error('terminology was not to be asked'));
const NO_TERMINOLOGY: Terminology = { expand: unasked, descendants: unasked, ancestors: unasked };

/** Opens the index tables of an empty database. */
export async function openIndex(t: Test, terminology: Terminology = NO_TERMINOLOGY) {
  const { url } = await createDatabase(t);
  const sql = openPool(url, { max: 2, customPlans: true });
  t.teardown(() => sql.end({ timeout: 5 }));
  await internTypes(sql, [...resourceTypes]);
  const registry = await createRegistry([], (keys) => internParameters(sql, keys));
  const systems = new Systems(sql);
  const ridOf = createRidOf('key');
  const ids = new Map<string, string>();

  /** Fills the tables with the rows of resources. */
  const save = async (drafts: readonly Draft[]): Promise<void> => {
    for (const draft of drafts) {
      const rid = ridOf(`${draft.resourceType}/${draft.id}`);
      ids.set(rid, draft.id);
      const rows = indexResource(draft, registry.indexed(draft.resourceType), { ridOf, base: BASE });
      for (const [table, list] of rows) {
        const { columns } = indexTables.get(table)!;
        for (const { param, values } of list) {
          const place = columns.findIndex(([, type]) => type === 'system');
          const system = place < 0 ? null : values[place]!;
          if (system !== null) await systems.intern([system]);
          const cells = columns.map(([, type], n) => {
            const value = values[n] ?? null;
            return type === 'system' && value !== null ? String(systems.known(value)) : value;
          });
          const places = columns.map(
            ([, type], n) => `$${n + 1}::text::${type === 'system' ? 'integer' : type}`,
          );
          await sql.unsafe(
            `insert into ${table} (param, ${columns.map(([name]) => name).join(', ')}, last_updated, rid)
             values (${param}, ${places.join(', ')}, now(), ${rid})`,
            cells,
          );
        }
      }
    }
  };

  /** Ids of the resources that `code[:modifier]=text` finds among those that were saved. */
  const find = async (type: string, name: string, text: string): Promise<string[]> => {
    const [code, modifier] = name.split(':') as [string, string?];
    const param = registry.find(type, code)!;
    const paramType = paramTypes[param.type]!;
    const split = splitEscaped(text, ',');
    const values =
      (await paramType.prepare?.(split, modifier, param, { terminology, access: systemAccess })) ?? split;
    await systems.find(paramType.systems?.(values, modifier, param) ?? []);
    const statement = new Statement();
    const table = (modifier && paramType.tableOf?.(modifier)) ?? paramType.table;
    const test = paramType.match(values, modifier, param, {
      statement,
      ridOf,
      base: BASE,
      systemOf: (system) => systems.known(system),
      now: NOW,
      column: (column) => `i.${column}`,
    });
    const rows = await sql.unsafe(
      `select distinct i.rid::text as rid from ${table} i where i.param = ${param.id} and ${test}`,
      statement.values,
    );
    const found = rows.map(({ rid }) => ids.get(rid as string)!);
    const all = [...ids.values()];
    const isNegated = modifier !== undefined && negations.has(modifier);
    return (isNegated ? all.filter((id) => !found.includes(id)) : found).sort();
  };
  return { sql, registry, systems, save, find };
}
export type Index = Awaited<ReturnType<typeof openIndex>>;

/** Asserts what each `name=value` finds. */
export async function answers(
  t: Test,
  { find }: Pick<Index, 'find'>,
  type: string,
  cases: Record<string, readonly string[]>,
): Promise<void> {
  for (const [query, expected] of Object.entries(cases)) {
    const cut = query.indexOf('=');
    const found = await find(type, query.slice(0, cut), query.slice(cut + 1));
    t.same(found, [...expected].sort(), `${type}?${query}`);
  }
}

/** Asserts that a value is refused with 400 and a sentence that matches. */
export async function refuses(
  t: Test,
  { find }: Pick<Index, 'find'>,
  type: string,
  query: string,
  sentence: RegExp,
  code = 'invalid',
): Promise<void> {
  const cut = query.indexOf('=');
  const failure = (await find(type, query.slice(0, cut), query.slice(cut + 1)).then(
    () => undefined,
    (error: unknown) => error,
  )) as
    | {
        status?: number;
        issues?: { code: string; severity: string; diagnostics: string }[];
        message?: string;
      }
    | undefined;
  t.equal(
    failure?.status,
    400,
    `${type}?${query} is refused with 400 ${failure?.status ? '' : failure?.message}`,
  );
  t.match(failure?.issues?.[0]?.diagnostics, sentence);
  t.equal(failure?.issues?.[0]?.severity, 'error');
  t.equal(failure?.issues?.[0]?.code, code);
}
