// Bundles as text: stored bytes are joined, never parsed. https://hl7.org/fhir/R4/bundle.html
import { outcomeOf } from '../fhir/errors.ts';
import type { Result, SearchSet, Subset, Version } from '../fhir/result.ts';
import type { ReturnPreference } from './index.ts';
import { subsetOf } from './subset.ts';

const text = JSON.stringify;
const link = (relation: string, url: string): string => `{"relation":"${relation}","url":${text(url)}}`;
const addressOf = (base: string, path: string, query: string): string =>
  `${base}/${path}${query && `?${query}`}`;

function bundle(type: string, fields: string[], entries: readonly string[]): string {
  const parts = [`"resourceType":"Bundle"`, `"type":"${type}"`, ...fields];
  if (entries.length) parts.push(`"entry":[${entries.join(',')}]`);
  return `{${parts.join(',')}}`;
}

const links = (base: string, path: string, self: string, next: string | undefined): string =>
  `"link":[${[link('self', addressOf(base, path, self)), ...(next ? [link('next', addressOf(base, path, next))] : [])].join(',')}]`;

/** `"Task/1"` out of stored bytes, which begin with resourceType and id. */
const HEAD = /^\{"resourceType":"([A-Za-z]+)","id":"([A-Za-z0-9.-]+)"/;
function fullUrl(base: string, content: string): string {
  const [, type, id] = HEAD.exec(content)!;
  return `${base}/${type}/${id}`;
}

/** A searchset. Included resources are cut to a summary too, but not to the elements that were asked of the matches. */
export function searchBundle(
  base: string,
  path: string,
  page: SearchSet,
  subset: Subset | undefined,
): string {
  const entry = (mode: string, part: Subset | undefined) => (content: string) =>
    `{"fullUrl":"${fullUrl(base, content)}","resource":${part ? subsetOf(content, part) : content},"search":{"mode":"${mode}"}}`;
  const entries = [
    ...page.matches.map(entry('match', subset)),
    ...page.included.map(entry('include', subset?.elements ? undefined : subset)),
  ];
  if (page.outcomes.length)
    entries.push(`{"resource":${text(outcomeOf(page.outcomes))},"search":{"mode":"outcome"}}`);
  const total = page.total === undefined ? [] : [`"total":${page.total}`];
  return bundle('searchset', [...total, links(base, path, page.self, page.next)], entries);
}

const STATUS = {
  POST: () => '201 Created',
  PUT: (version: number) => (version === 1 ? '201 Created' : '200 OK'),
  PATCH: () => '200 OK',
  DELETE: () => '204 No Content',
} as const;

/** One page of a history. */
interface HistoryPage {
  versions: readonly Version[];
  self: string;
  next: string | undefined;
  subset?: Subset;
}

/** A history. https://hl7.org/fhir/R4/http.html#history */
export function historyBundle(
  base: string,
  path: string,
  { versions, self, next, subset }: HistoryPage,
): string {
  const entries = versions.map(({ type, id, version, lastUpdated, deleted, method, content }) => {
    const request = `"request":{"method":"${method}","url":"${method === 'POST' ? type : `${type}/${id}`}"}`;
    const response = `"response":{"status":"${STATUS[method](version)}","etag":"W/\\"${version}\\"","lastModified":"${lastUpdated.toISOString()}"}`;
    const resource = deleted ? '' : `"resource":${subset ? subsetOf(content, subset) : content},`;
    return `{"fullUrl":"${base}/${type}/${id}",${resource}${request},${response}}`;
  });
  return bundle('history', [links(base, path, self, next)], entries);
}

/** Entry.response of a result. https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response */
function responseOf(base: string, result: Result): Record<string, string> {
  const response: Record<string, string> = { status: String(result.status) };
  if (result.kind === 'resource') {
    const { type, id, version, lastUpdated } = result.resource;
    if (result.location) response.location = `${base}/${type}/${id}/_history/${version}`;
    response.etag = `W/"${version}"`;
    response.lastModified = lastUpdated.toISOString();
  }
  if (result.kind === 'empty' && result.headers?.etag) response.etag = result.headers.etag;
  return response;
}

/** Whether the body of an entry tells how the entry went, and is no resource that was asked for. */
const isOutcome = (result: Result, preference: ReturnPreference): boolean =>
  result.kind === 'outcome' ||
  (preference === 'OperationOutcome' &&
    (result.kind === 'empty' || (result.kind === 'resource' && result.location === true)));

/**
 * How the results of a batch's entries are written.
 * @param render gives an entry's own body
 */
export function batchBundle(
  base: string,
  type: string,
  entries: readonly Result[],
  render: (result: Result) => string,
  preference: ReturnPreference,
): string {
  // A Bundle names a version once; an entry that answers the same again goes without (bdl-7).
  const named = new Set<string>();
  const written = entries.map((result) => {
    const response = text(responseOf(base, result));
    const body = render(result);
    if (body && isOutcome(result, preference))
      return `{"response":${response.slice(0, -1)},"outcome":${body}}}`;
    const resource = body && `"resource":${body},`;
    if (result.kind !== 'resource') return `{${resource}"response":${response}}`;
    const url = `${base}/${result.resource.type}/${result.resource.id}`;
    const version = `${url} ${body && result.resource.version}`;
    const fullUrl = named.has(version) ? '' : `"fullUrl":"${url}",`;
    named.add(version);
    return `{${fullUrl}${resource}"response":${response}}`;
  });
  return bundle(type, [], written);
}
