// Result -> status, headers and bytes: the only serializer. https://hl7.org/fhir/R4/http.html#return
import { issue, outcomeOf } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { batchBundle, historyBundle, searchBundle } from './bundle.ts';
import { subsetOf } from './subset.ts';

/** An answer ready to be sent. */
export interface Rendered {
  status: number;
  headers: Record<string, string>;
  /** Text, or the bytes of a Binary. */
  body: string | Buffer;
}

/** What `Prefer: return=` asks for. */
export type ReturnPreference = 'minimal' | 'representation' | 'OperationOutcome';

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

const json = (status: number, body: string, headers: Record<string, string> = {}): Rendered => ({
  status,
  headers: body ? { 'content-type': FHIR_JSON, ...headers } : headers,
  body,
});

/** The preference that a Prefer header states. https://hl7.org/fhir/R4/http.html#ops */
export function returnPreference(prefer: string | undefined): ReturnPreference {
  const match = /\breturn\s*=\s*"?(minimal|representation|OperationOutcome)\b/.exec(prefer ?? '');
  return (match?.[1] as ReturnPreference | undefined) ?? 'representation';
}

/** The outcome of a write that was carried out. */
const DONE = JSON.stringify(
  outcomeOf([{ ...issue('informational', 'The write was carried out.'), severity: 'information' }]),
);

const preferredBody: Record<ReturnPreference, (content: string) => string> = {
  representation: (content) => content,
  minimal: () => '',
  OperationOutcome: () => DONE,
};

type Renderers = {
  [K in Result['kind']]: (
    result: Extract<Result, { kind: K }>,
    base: string,
    preference: ReturnPreference,
  ) => Rendered;
};

const renderers: Renderers = {
  resource({ status, resource, location, subset, headers }, base, preference) {
    const { type, id, version, lastUpdated, content } = resource;
    const body = location ? preferredBody[preference](content) : subset ? subsetOf(content, subset) : content;
    return json(status, body, {
      etag: `W/"${version}"`,
      'last-modified': lastUpdated.toUTCString(),
      ...(location && { location: `${base}/${type}/${id}/_history/${version}` }),
      ...headers,
    });
  },
  search: ({ status, path, page, subset, headers }, base) =>
    json(status, searchBundle(base, path, page, subset), headers),
  history: ({ status, path, headers, ...page }, base) =>
    json(status, historyBundle(base, path, page), headers),
  batch: ({ status, type, entries, headers }, base, preference) =>
    json(
      status,
      batchBundle(base, type, entries, (entry) => render(entry, base, preference).body as string, preference),
      headers,
    ),
  json: ({ status, json: body, headers }) => json(status, JSON.stringify(body), headers),
  outcome: ({ status, issues, headers }) => json(status, JSON.stringify(outcomeOf(issues)), headers),
  empty: ({ status, headers }, _base, preference) =>
    status === 204 && preference === 'OperationOutcome'
      ? json(200, DONE, headers)
      : json(status, '', headers),
};

/** Renders any result as JSON. @param base FHIR base URL without a trailing slash */
export function render(result: Result, base: string, preference: ReturnPreference): Rendered {
  return renderers[result.kind](result as never, base, preference);
}
