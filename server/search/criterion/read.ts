// `name=value` read as a criterion, whatever its kind. https://hl7.org/fhir/R4/search.html#parameters
import { readHas, readLink } from './chain.ts';
import { readId, readLastUpdated, readType } from './columns.ts';
import { readFilter } from './filter.ts';
import { noModifier, readIndexParameter } from './index-parameter.ts';
import { readList } from './list.ts';
import { readText } from './text.ts';
import type { Criterion, Read, ReadContext } from './type.ts';

type Reader = (types: readonly string[], value: string, context: ReadContext) => Criterion;

/** Parameters that are no rows of an index. They have no modifiers. */
const readers: Record<string, Reader> = {
  _id: readId,
  _lastUpdated: readLastUpdated,
  _type: readType,
  _list: readList,
  _text: readText('narrative'),
  _content: readText('content'),
  _filter: (types, value, context) => readFilter(types, value, context, readCriterion),
};

/** `subject.name`, `subject:Patient.name`: the first link and the rest. */
const CHAIN = /^([^:.]+)(?::(\w+))?\.(.+)$/s;

/**
 * Reads `name=value` as a criterion of some types.
 * @throws FhirError 400 that names the parameter and what is allowed; 403 where it leads to what the caller may not search
 */
export const readCriterion: Read = (types, name, value, context) => {
  if (name.startsWith('_has'))
    return readHas(types, name, context, (source, rest, next) => readCriterion([source], rest, value, next));
  const [, code, only, rest] = CHAIN.exec(name) ?? [];
  if (code && rest)
    return readLink(types, code, only, context, (targets, next) => readCriterion(targets, rest, value, next));
  const [own, ...modifiers] = name.split(':') as [string, ...string[]];
  if (!Object.hasOwn(readers, own)) return readIndexParameter(types, name, value, context);
  if (modifiers.length) throw noModifier(own, modifiers.join(':'), []);
  return readers[own]!(types, value, context);
};
