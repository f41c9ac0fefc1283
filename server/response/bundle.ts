// Bundles as text: stored bytes are joined, never parsed. https://hl7.org/fhir/R4/bundle.html
import { outcomeOf } from '../fhir/errors.ts';
import type { Result, SearchSet, Version } from '../fhir/result.ts';

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

/** A searchset. https://hl7.org/fhir/R4/search.html#return */
export function searchBundle(base: string, path: string, page: SearchSet): string {
  const entry = (mode: string) => (content: string) =>
    `{"fullUrl":"${fullUrl(base, content)}","resource":${content},"search":{"mode":"${mode}"}}`;
  const entries = [...page.matches.map(entry('match')), ...page.included.map(entry('include'))];
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

/** A history. https://hl7.org/fhir/R4/http.html#history */
export function historyBundle(
  base: string,
  path: string,
  versions: readonly Version[],
  self: string,
  next: string | undefined,
): string {
  const entries = versions.map(({ type, id, version, lastUpdated, deleted, method, content }) => {
    const request = `"request":{"method":"${method}","url":"${method === 'POST' ? type : `${type}/${id}`}"}`;
    const response = `"response":{"status":"${STATUS[method](version)}","etag":"W/\\"${version}\\"","lastModified":"${lastUpdated.toISOString()}"}`;
    return `{"fullUrl":"${base}/${type}/${id}",${deleted ? '' : `"resource":${content},`}${request},${response}}`;
  });
  return bundle('history', [links(base, path, self, next)], entries);
}

/** How the results of a batch's entries are written; `render` gives an entry's own body. */
export function batchBundle(
  base: string,
  type: string,
  entries: readonly Result[],
  render: (result: Result) => string,
): string {
  return bundle(
    type,
    [],
    entries.map((result) => {
      const response: Record<string, string> = { status: String(result.status) };
      const body = render(result);
      if (result.kind === 'resource') {
        const { type: resourceType, id, version, lastUpdated } = result.resource;
        if (result.location) response.location = `${base}/${resourceType}/${id}/_history/${version}`;
        response.etag = `W/"${version}"`;
        response.lastModified = lastUpdated.toISOString();
      }
      if (result.kind === 'empty' && result.headers?.etag) response.etag = result.headers.etag;
      const outcome = result.kind === 'outcome';
      const inner = text(response).slice(0, -1);
      const written =
        result.kind === 'resource'
          ? `"fullUrl":"${base}/${result.resource.type}/${result.resource.id}",`
          : '';
      if (outcome) return `{"response":${inner},"outcome":${body}}}`;
      return `{${written}${body ? `"resource":${body},` : ''}"response":${inner}}}`;
    }),
  );
}
