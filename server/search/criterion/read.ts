// `name=value` read as a criterion, whatever its kind. https://hl7.org/fhir/R4/search.html#parameters
import { readHas, readLink } from './chain.ts';
import { readId, readLastUpdated, readMissing, readType } from './columns.ts';
import { readFilter } from './filter.ts';
import { noModifier, readIndexParameter } from './index-parameter.ts';
import { readList } from './list.ts';
import { readText } from './text.ts';
import type { Criterion, Read, ReadContext } from './type.ts';

type Reader = (types: readonly string[], value: string, context: ReadContext) => Criterion;

/** Parameters that are no rows of an index. */
export const readers: Readonly<Record<string, Reader>> = {
  _id: readId,
  _lastUpdated: readLastUpdated,
  _type: readType,
  _list: readList,
  _text: readText('narrative'),
  _content: readText('content'),
  _filter: (types, value, context) => readFilter(types, value, context, readCriterion),
};

/** Modifiers of those that are columns of every resource; the others have none. */
const columnModifiers: Readonly<Record<string, readonly string[]>> = {
  _id: ['missing', 'not'],
  _lastUpdated: ['missing'],
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
  const read = () => readers[own]!(types, value, context);
  if (!modifiers.length) return read();
  const modifier = modifiers.join(':');
  const known = Object.hasOwn(columnModifiers, own) ? columnModifiers[own]! : [];
  if (!known.includes(modifier)) throw noModifier(own, modifier, known);
  return modifier === 'not' ? { kind: 'not', criterion: read() } : readMissing(types, name, value);
};
