// Result -> status, headers and bytes: the only serializer. https://hl7.org/fhir/R4/http.html#return
import { issue, outcomeOf } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { batchBundle, historyBundle, searchBundle } from './bundle.ts';

/** An answer ready to be sent. */
export interface Rendered {
  status: number;
  headers: Record<string, string>;
  body: string;
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

const preferredBody: Record<ReturnPreference, (content: string) => string> = {
  representation: (content) => content,
  minimal: () => '',
  OperationOutcome: () =>
    JSON.stringify(
      outcomeOf([{ ...issue('informational', 'The write was carried out.'), severity: 'information' }]),
    ),
};

type Renderers = {
  [K in Result['kind']]: (
    result: Extract<Result, { kind: K }>,
    base: string,
    preference: ReturnPreference,
  ) => Rendered;
};

const renderers: Renderers = {
  resource({ status, resource, location }, base, preference) {
    const { type, id, version, lastUpdated, content } = resource;
    return json(status, location ? preferredBody[preference](content) : content, {
      etag: `W/"${version}"`,
      'last-modified': lastUpdated.toUTCString(),
      ...(location && { location: `${base}/${type}/${id}/_history/${version}` }),
    });
  },
  search: ({ status, path, page }, base) => json(status, searchBundle(base, path, page)),
  history: ({ status, path, versions, self, next }, base) =>
    json(status, historyBundle(base, path, versions, self, next)),
  batch: ({ status, type, entries }, base, preference) =>
    json(
      status,
      batchBundle(base, type, entries, (entry) => render(entry, base, preference).body),
    ),
  json: ({ status, json: body, headers }) => json(status, JSON.stringify(body), headers),
  outcome: ({ status, issues, headers }) => json(status, JSON.stringify(outcomeOf(issues)), headers),
  empty: ({ status, headers }) => json(status, '', headers),
};

/** Renders any result. @param base FHIR base URL without a trailing slash */
export function render(result: Result, base: string, preference: ReturnPreference): Rendered {
  return renderers[result.kind](result as never, base, preference);
}
