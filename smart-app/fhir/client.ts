// A FHIR client over fetch: read, search, create together, update; every refusal becomes a FhirFailure.
// https://hl7.org/fhir/R4/http.html
import type { Bundle, ExtractResource, OperationOutcome, Resource, ResourceType } from '@medplum/fhirtypes';
import { FhirFailure, Unreachable } from './failure.ts';

/** A request to a path under the FHIR base; carries the authorization. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** Search parameters; a list repeats the parameter (and). */
export type Params = Readonly<Record<string, string | readonly string[]>>;

/** Matches and what was included with them, over all pages that were read. */
export interface Found {
  readonly resources: readonly Resource[];
  /** There is more than the limit that was asked for. */
  readonly more: boolean;
}

/** A new resource under the address by which the others of its transaction refer to it. */
export interface NewEntry {
  readonly fullUrl: string;
  readonly resource: Resource;
}

/** The interactions that the screens use. */
export interface Client {
  read<T extends ResourceType>(type: T, id: string): Promise<ExtractResource<T>>;
  /** Follows next links for at most `pages` pages. */
  search(type: ResourceType, params: Params, pages?: number): Promise<Found>;
  /** Creates resources in one transaction, all or none; they refer to each other by `fullUrl` (`urn:uuid:…`). */
  createTogether(entries: readonly NewEntry[]): Promise<void>;
  /** Replaces the version that was read (`meta.versionId`), and no other. */
  update<T extends Resource>(resource: T): Promise<T>;
}

const FHIR_JSON = 'application/fhir+json';

/**
 * Makes a client.
 * @param base FHIR base without a trailing slash; next links must stay under it
 */
export function createClient(base: string, send: Send): Client {
  const request = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const headers = { accept: FHIR_JSON, ...(init.body ? { 'content-type': FHIR_JSON } : {}) };
    const response = await send(path, { ...init, headers: { ...headers, ...init.headers } }).catch(
      (error: unknown) => {
        throw error instanceof TypeError ? new Unreachable() : error;
      },
    );
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw new FhirFailure(response.status, isOutcome(body) ? body : undefined);
    return body as T;
  };

  return {
    read: (type, id) => request(`${type}/${encodeURIComponent(id)}`),
    async createTogether(entries) {
      const entry = entries.map((one) => ({
        ...one,
        request: { method: 'POST', url: one.resource.resourceType },
      }));
      const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
      await request('', { method: 'POST', body });
    },
    update: (resource) =>
      request(`${resource.resourceType}/${resource.id}`, {
        method: 'PUT',
        body: JSON.stringify(resource),
        headers: { 'if-match': `W/"${resource.meta?.versionId}"` },
      }),
    async search(type, params, pages = 10) {
      const resources: Resource[] = [];
      let path: string | undefined = `${type}?${query(params)}`;
      for (let page = 0; path && page < pages; page++) {
        const bundle: Bundle = await request<Bundle>(path);
        for (const entry of bundle.entry ?? []) if (entry.resource) resources.push(entry.resource);
        path = nextPath(bundle, base);
      }
      return { resources, more: path !== undefined };
    },
  };
}

const isOutcome = (body: unknown): body is OperationOutcome =>
  (body as { resourceType?: string } | undefined)?.resourceType === 'OperationOutcome';

function query(params: Params): string {
  const pairs = Object.entries(params).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one] as [string, string]),
  );
  return new URLSearchParams(pairs).toString();
}

/** The next page as a path under the base. A link that leads elsewhere is not followed: it would carry the token away. */
function nextPath(bundle: Bundle, base: string): string | undefined {
  const link = bundle.link?.find((one) => one.relation === 'next')?.url;
  if (!link) return undefined;
  const url = new URL(link, `${base}/`).href;
  return url.startsWith(`${base}/`) ? url.slice(base.length + 1) : undefined;
}
