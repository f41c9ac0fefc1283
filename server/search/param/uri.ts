// URI search: the whole URI, or by the segments of its path: `:above`, `:below`. https://hl7.org/fhir/R4/search.html#uri
import { textArray } from '../../db/statement.ts';
import { badRequest } from '../../fhir/errors.ts';
import type { TypedValue } from '../../fhir/path/index.ts';
import { type IndexRow, indexedText, type MatchContext, type ParamType, withoutEscapes } from './type.ts';

/** A URL, whose path has segments; a URN has none. */
const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

/** Most URLs that the values of one criterion may lie below. */
const MAX_PREFIXES = 20_000;
/** Most characters of one of them. */
const MAX_LENGTH = 2000;

/** The URL and all that end at an earlier segment of it, with and without the slash. */
function prefixesOf(url: string): string[] {
  const start = url.indexOf('//') + 2;
  const prefixes = [url];
  for (let at = url.lastIndexOf('/'); at > start; at = url.lastIndexOf('/', at - 1))
    prefixes.push(url.slice(0, at), url.slice(0, at + 1));
  return [...new Set(prefixes)];
}

/** @throws FhirError 400 when the URLs have so many segments that listing what they lie below would take long */
function checkSegments(urls: readonly string[], code: string): void {
  const prefixes = urls.reduce((sum, url) => sum + 2 * url.split('/').length, 0);
  if (prefixes > MAX_PREFIXES || urls.some((url) => url.length > MAX_LENGTH))
    throw badRequest(
      `"${code}:above" has URLs with more segments than are followed. Give at most ${MAX_LENGTH} characters a URL and ${MAX_PREFIXES / 2} segments in all.`,
    );
}

/** Condition: the column is the URL, or goes on after it with another segment; `url|1` goes on with parts of its version. */
function belowTest(url: string, column: string, { statement }: MatchContext): string {
  const base = url.endsWith('/') ? url.slice(0, -1) : url;
  const [mark, after] = url.includes('|') ? ['.', '/'] : ['/', '0'];
  const under = `${column} >= ${statement.add(base + mark, 'text')} and ${column} < ${statement.add(base + after, 'text')}`;
  return `(${column} = ${statement.add(url, 'text')} or ${under})`;
}

type Test = (values: readonly string[], context: MatchContext) => string;

/** What each modifier compares; '' is none. */
const tests: Readonly<Record<string, Test>> = {
  '': (values, { statement, column }) => {
    const texts = values.map(indexedText);
    return texts.length === 1
      ? `${column('value')} = ${statement.add(texts[0]!, 'text')}`
      : `${column('value')} = any(${statement.add(textArray(texts), 'text[]')})`;
  },
  above: (values, context) => tests['']!(values.flatMap(prefixesOf), context),
  below: (values, context) =>
    `(${values.map((value) => belowTest(value, context.column('value'), context)).join(' or ')})`,
};

/** A canonical URL is found with its business version, `url|version`, and without; a reference to one likewise. */
function rowsOf({ type, value: url }: TypedValue, code: string, resource: object): IndexRow[] {
  if (typeof url !== 'string') return [];
  const { version } = resource as { version?: unknown };
  if (code === 'url' && typeof version === 'string')
    return [[indexedText(url)], [indexedText(`${url}|${version}`)]];
  const bar = type === 'canonical' ? url.indexOf('|') : -1;
  return bar > 0 ? [[indexedText(url)], [indexedText(url.slice(0, bar))]] : [[indexedText(url)]];
}

export const uri: ParamType = {
  table: 'index_uri',
  columns: [['value', 'text']],
  sortColumn: 'value',
  modifiers: ['above', 'below'],
  rows(values, _context, { code }, resource) {
    const rows: IndexRow[] = [];
    for (const value of values) rows.push(...rowsOf(value, code, resource));
    return rows;
  },
  match(values, modifier, param, context) {
    const texts = values.map(withoutEscapes);
    if (texts.includes(''))
      throw badRequest(
        `The search parameter "${param.code}" has an empty value. Give a URI, or leave it out.`,
      );
    const urn = modifier && texts.find((text) => !isUrl(text));
    if (urn)
      throw badRequest(
        `"${param.code}:${modifier}" is "${urn}", which is no URL with a path. Give a URL such as http://example.org/fhir/, or leave the modifier out.`,
      );
    if (modifier === 'above') checkSegments(texts, param.code);
    return tests[modifier ?? '']!(texts, context);
  },
  single: (values, modifier) => values.length === 1 && !modifier,
};
