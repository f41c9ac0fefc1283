// What can be searched by, for the sentences that refuse the rest.
import { forbidden, notSupported } from '../../fhir/errors.ts';
import { namesOf } from '../../fhir/refusal.ts';
import type { Registry } from '../registry.ts';

/** Parameters beside those of the registry. */
export const COMMON = ['_id', '_lastUpdated', '_type', '_text', '_content', '_list', '_has', '_filter'];

/** Codes that all of the types can be searched by. */
export function codesOf(types: readonly string[], registry: Registry): string[] {
  const [first, ...rest] = types;
  const shared = registry
    .of(first!)
    .map(({ code }) => code)
    .filter((code) => rest.every((type) => registry.find(type, code)));
  return [...COMMON, ...shared].sort();
}

/** 403: the caller may not search what a criterion leads to. */
export const notCovered = (types: readonly string[], name: string): Error =>
  forbidden(
    `Your access does not cover searching ${namesOf(types)}, which "${name}" does. Ask for the scope ${types
      .slice(0, 5)
      .map((type) => `user/${type}.rs`)
      .join(', ')}.`,
    undefined,
    'scope',
  );

/** Whether types share a parameter, as a sentence says it. */
export const has = (types: readonly string[], thing: string, partial = false): string =>
  types.length === 1
    ? `${types[0]} has no ${thing}`
    : `${partial ? 'None of ' : 'Not all of '}${namesOf(types)} have the ${thing}`;

/** 400: a parameter that the types do not have. */
export function unknownParameter(
  types: readonly string[],
  code: string,
  registry: Registry,
  partial: boolean,
): Error {
  const building = types.map((type) => registry.building(type, code)).find((found) => found);
  if (building) {
    const done = `${building.scanned} of ${building.total} resources are done`;
    return notSupported(
      building.failed
        ? `The search parameter "${code}" could not be indexed: ${done}. Ask for $reindex of its SearchParameter to try again.`
        : `The search parameter "${code}" is being indexed: ${done}. Search by it when all are.`,
    );
  }
  return notSupported(
    `${has(types, `search parameter "${code}"`, partial)}.${partial && types.length > 1 ? '' : ` Known are ${codesOf(types, registry).join(', ')}.`}`,
  );
}
