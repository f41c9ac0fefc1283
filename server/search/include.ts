// Reads _include and _revinclude: which references are followed beside a page, and in which direction.
// https://hl7.org/fhir/R4/search.html#revinclude
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, notSupported } from '../fhir/errors.ts';
import type { SearchParam } from './param/type.ts';
import type { Registry } from './registry.ts';

/** One `_include` or `_revinclude`, read. */
export interface Include {
  /** `_revinclude`: from what is referred to, to what refers to it. */
  reverse: boolean;
  /** `:iterate`: starts from included resources too. */
  iterate: boolean;
  /** The reference parameters that are followed; undefined: those of every type. */
  params: readonly SearchParam[] | undefined;
  /** The type that the reference points to; undefined: any. */
  target: string | undefined;
}

/** Parameter names: with the modifier `:iterate`, which R3 called `:recurse`. */
const NAME = /^_(include|revinclude)(?::(iterate|recurse))?$/;

/** Whether a parameter of that name says what to include. */
export const isInclude = (name: string): boolean => /^_(?:rev)?include(?::|$)/.test(name);

/**
 * Reads one parameter.
 * @param types the types that are searched
 * @param name `_include`, `_revinclude`, either with `:iterate`
 * @param value `Task:focus`, `Task:focus:Patient`, `Task:*` or `*`
 * @throws FhirError 400 that says what is allowed
 */
export function readInclude(
  types: readonly string[],
  name: string,
  value: string,
  registry: Registry,
): Include {
  const match = NAME.exec(name);
  if (!match)
    throw notSupported(
      `"${name}" is not offered. Allowed are _include and _revinclude, with :iterate or without.`,
    );
  const [reverse, iterate] = [match[1] === 'revinclude', match[2] !== undefined];
  if (value === '*') {
    const any = reverse || iterate || types.length === resourceTypes.size;
    const params = any ? undefined : types.flatMap((type) => referencesOf(type, registry));
    return { reverse, iterate, params, target: undefined };
  }
  const [source, code, target, ...rest] = value.split(':');
  if (!source || !code || target === '' || rest.length)
    throw badRequest(
      `${name} is "${value}". Write Type:parameter or Type:parameter:TargetType, such as Task:focus.`,
    );
  for (const type of [source, target])
    if (type !== undefined && !resourceTypes.has(type))
      throw notSupported(`${name}=${value} names "${type}", which is no R4 resource type.`);
  if (!reverse && !iterate && !types.includes(source))
    throw badRequest(
      `${name}=${value} starts from ${source}, but this search returns ${types.join(', ')}. To start from included resources write _include:iterate.`,
    );
  return { reverse, iterate, params: paramsOf(source, code, `${name}=${value}`, registry), target };
}

const referencesOf = (type: string, registry: Registry): SearchParam[] =>
  registry.of(type).filter((param) => param.type === 'reference');

/** @param asked what the caller wrote */
function paramsOf(source: string, code: string, asked: string, registry: Registry): SearchParam[] {
  const references = referencesOf(source, registry);
  if (code === '*') return references;
  const param = references.find((reference) => reference.code === code);
  if (!param)
    throw notSupported(
      `${asked}: ${source} has no reference parameter "${code}". It has ${references.map((p) => p.code).join(', ')}.`,
    );
  return [param];
}
