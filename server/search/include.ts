// _include and _revinclude: what a page's resources point to, and what points to them. https://hl7.org/fhir/R4/search.html#include
import { plainArray, Statement } from '../db/statement.ts';
import { type Visibility, visibleSql } from '../db/visibility.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, type Issue, notSupported } from '../fhir/errors.ts';
import type { Compiled } from './compile.ts';
import type { SearchParam } from './param/type.ts';
import type { Registry } from './registry.ts';

/** One `_include` or `_revinclude`, read. */
export interface Include {
  source: string;
  /** undefined: all reference parameters (`*`). */
  param: SearchParam | undefined;
  target: string | undefined;
}

export interface IncludeContext {
  readonly registry: Registry;
  readonly typeId: (type: string) => number;
  /** What the caller may read, of any type. */
  readonly visibility: Visibility;
  readonly run: (compiled: Compiled) => Promise<Record<string, unknown>[]>;
}

/** Resources that may be included beside one page; more is an error, never a silent cut. */
const MAX_INCLUDED = 1000;

/**
 * Reads the value of an `_include`.
 * @param type the type that is searched
 * @throws FhirError 400 that says what is allowed
 */
export function readInclude(type: string, value: string, registry: Registry): Include {
  if (value === '*') return { source: type, param: undefined, target: undefined };
  const [source, code, target, ...rest] = value.split(':');
  if (!source || !code || rest.length)
    throw badRequest(
      `_include is "${value}". Write Type:parameter or Type:parameter:TargetType, such as Task:focus.`,
    );
  if (source !== type)
    throw badRequest(`_include=${value} starts from ${source}, but this search returns ${type}.`);
  if (target && !resourceTypes.has(target))
    throw notSupported(`_include=${value} names "${target}", which is no R4 resource type.`);
  if (code === '*') return { source, param: undefined, target };
  const param = registry.find(source, code);
  if (param?.type !== 'reference') {
    const references = registry.of(source).filter((p) => p.type === 'reference');
    throw notSupported(
      `_include=${value}: ${source} has no reference parameter "${code}". It has ${references.map((p) => p.code).join(', ')}.`,
    );
  }
  return { source, param, target };
}

/**
 * One statement for all includes of a page, under the caller's access.
 * @param rids the page's resources
 */
export async function fetchIncludes(
  includes: readonly Include[],
  rids: readonly string[],
  { registry, typeId, visibility, run }: IncludeContext,
): Promise<{ contents: string[]; overflow: Issue[] }> {
  if (!includes.length || !rids.length) return { contents: [], overflow: [] };
  const statement = new Statement();
  const pageRids = statement.add(plainArray(rids), 'bigint[]');
  const tests = includes.map(({ source, param, target }) => {
    const ids = param
      ? [param.id]
      : registry
          .of(source)
          .filter((p) => p.type === 'reference')
          .map((p) => p.id);
    return `(i.param = any('{${ids.join(',')}}'::smallint[])${target ? ` and r.type = ${typeId(target)}` : ''})`;
  });
  const visible = visibleSql(visibility, 'r', registry.compartment, statement);
  const found = await run({
    text: `select r.content
      from (select distinct i.target from index_reference i where i.rid = any(${pageRids})) t
      join resource r on r.rid = t.target and not r.deleted and r.rid <> all(${pageRids})
      where exists (select from index_reference i where i.target = r.rid and i.rid = any(${pageRids}) and (${tests.join(' or ')}))
      ${visible ? `and ${visible}` : ''} limit ${MAX_INCLUDED + 1}`,
    values: statement.values,
  });
  if (found.length > MAX_INCLUDED) {
    throw badRequest(`More than ${MAX_INCLUDED} resources would be included. Ask for fewer with _count.`);
  }
  return { contents: found.map((row) => row.content as string), overflow: [] };
}
