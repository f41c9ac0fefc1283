// _summary and _elements: which part of each resource an answer carries. https://hl7.org/fhir/R4/search.html#elements
import { elementOf, propertiesOf, resourceTypes } from '../fhir/elements.ts';
import { badRequest, notSupported } from '../fhir/errors.ts';
import type { Result, Subset } from '../fhir/result.ts';
import { isInclude } from '../search/include.ts';
import type { FhirRequest } from './context.ts';
import { isLenient } from './parameters.ts';

/** Kinds of results that carry stored resources. */
const CARRYING: ReadonlySet<Result['kind']> = new Set(['resource', 'search', 'history']);

/** What a value of `_summary` means; `count` is answered by the search itself. */
const SUMMARIES: Readonly<Record<string, Subset | undefined>> = {
  true: { summary: 'true' },
  text: { summary: 'text' },
  data: { summary: 'data' },
  false: undefined,
  count: undefined,
};

/**
 * The result of a request, with the subset that the request asks for. What a write answers is whole.
 * @throws FhirError 400 for a summary or an element that does not exist, or for parameters that exclude one another
 */
export function inSubset(request: FhirRequest, result: Result): Result {
  if (!CARRYING.has(result.kind) || (result.kind === 'resource' && result.location)) return result;
  const { query, body } = request;
  const form = body instanceof URLSearchParams ? body : undefined;
  if (!query.size && !form?.size) return result;
  const parameters = form ? new URLSearchParams([...query, ...form]) : query;
  if (!KEPT.some((name) => parameters.has(name))) return result;
  const subset = subsetOf(request, result, parameters);
  return { ...withLinks(result, parameters), ...(subset && { subset }) } as Result;
}

/** Parameters about the form of the answer: the links to other pages keep them. */
const KEPT = ['_summary', '_elements', '_format', '_pretty'] as const;

function linkWith<L extends string | undefined>(link: L, parameters: URLSearchParams): string | L {
  if (link === undefined) return link;
  const present = new URLSearchParams(link);
  const missing = KEPT.flatMap((name) => {
    const value = present.has(name) ? null : parameters.get(name);
    return value === null ? [] : [[name, value] as [string, string]];
  });
  return [link, new URLSearchParams(missing).toString()].filter(Boolean).join('&');
}

function withLinks(result: Result, parameters: URLSearchParams): Result {
  const linked = ({ self, next }: { self: string; next: string | undefined }) => ({
    self: linkWith(self, parameters),
    next: linkWith(next, parameters),
  });
  if (result.kind === 'history') return { ...result, ...linked(result) };
  if (result.kind === 'search') return { ...result, page: { ...result.page, ...linked(result.page) } };
  return result;
}

function subsetOf(request: FhirRequest, { kind }: Result, parameters: URLSearchParams): Subset | undefined {
  const [summary, elements] = [parameters.get('_summary') ?? undefined, parameters.get('_elements')];
  if (summary !== undefined && !Object.hasOwn(SUMMARIES, summary))
    throw badRequest(`_summary is "${summary}". Allowed are ${Object.keys(SUMMARIES).sort().join(', ')}.`);
  if (summary === 'count' && kind !== 'search')
    throw badRequest('_summary=count counts the matches of a search. Here use true, text, data or false.');
  const asked = summary === undefined ? undefined : SUMMARIES[summary];
  if (asked?.summary === 'text' && parameters.keys().some(isInclude))
    throw badRequest('_summary=text takes no _include and no _revinclude. Leave one of them out.');
  if (elements === null) return asked;
  if (asked)
    throw badRequest(`_summary=${summary} and _elements exclude one another. Leave one of them out.`);
  const known = knownElements(request, elements);
  return known.length ? { elements: known } : undefined;
}

/** The types that an answer may hold: the last one of the address, or all. */
function typesOf({ path }: FhirRequest): readonly string[] {
  if (path.some((segment) => segment === '*' || segment.startsWith('$'))) return [...resourceTypes];
  const named = path.findLast((segment, n) => n % 2 === 0 && resourceTypes.has(segment));
  return named ? [named] : [...resourceTypes];
}

/** @throws FhirError 400 that names an element which none of the types has; a lenient caller's is left out */
function knownElements(request: FhirRequest, elements: string): string[] {
  const types = typesOf(request);
  const asked = elements.split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !types.some((type) => hasElement(type, name)));
  if (unknown !== undefined && !isLenient(request.headers.prefer))
    throw notSupported(
      `_elements names "${unknown}", an element that ${types.length === 1 ? types[0] : 'a resource'} does not have. Give names of elements of the resource itself with commas, such as id,meta.`,
    );
  return asked.filter((name) => types.some((type) => hasElement(type, name)));
}

/** Names may be led by their type (`Patient.name`), and name a choice with its type or without. */
function hasElement(type: string, name: string): boolean {
  const [element, prefix] = name.replace('[x]', '').split('.').reverse() as [string, string?];
  if (prefix !== undefined && prefix !== type) return false;
  return elementOf(type, element) !== undefined || propertiesOf(type).has(element);
}
