// A FHIR client over fetch: read, search, write together, operations; every refusal becomes a FhirFailure.
// https://hl7.org/fhir/R4/http.html
import type {
  Bundle,
  BundleEntry,
  ExtractResource,
  OperationOutcome,
  Parameters,
  ParametersParameter,
  Resource,
  ResourceType,
} from '@medplum/fhirtypes';
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

/** What an operation is called with. */
export interface OperationCall {
  /** Its input parameters, sent by POST; absent: a GET of the path. */
  readonly input?: readonly ParametersParameter[];
  /** The version that is meant, which the answer 412 refuses to be another. */
  readonly ifMatch?: string | undefined;
}

/** The interactions that the screens use. */
export interface Client {
  read<T extends ResourceType>(type: T, id: string): Promise<ExtractResource<T>>;
  /** Follows next links for at most `pages` pages. */
  search(type: ResourceType, params: Params, pages?: number): Promise<Found>;
  /** One page of a search, or of a next link that a page gave (`nextOf`). */
  page(path: string): Promise<Bundle>;
  /** The path of the page after this one; undefined after the last. */
  nextOf(bundle: Bundle): string | undefined;
  /** Several searches in one request. @returns for each path what was found, or why it was refused */
  batch(paths: readonly string[]): Promise<readonly (Bundle | FhirFailure)[]>;
  create<T extends Resource>(resource: T): Promise<T>;
  /** Creates resources in one transaction, all or none; they refer to each other by `fullUrl` (`urn:uuid:…`). */
  createTogether(entries: readonly NewEntry[]): Promise<void>;
  /** Carries out a transaction. @returns the entries of its answer */
  transaction(entries: readonly BundleEntry[]): Promise<readonly BundleEntry[]>;
  /** Replaces the version that was read (`meta.versionId`), and no other. */
  update<T extends Resource>(resource: T): Promise<T>;
  /**
   * Creates a resource, or replaces the one that the parameters find.
   * @param last the page is being left: the request outlives it
   */
  updateWhere<T extends Resource>(resource: T, params: Params, last?: boolean): Promise<T>;
  remove(type: ResourceType, id: string): Promise<void>;
  /** Calls an operation at a path (`Task/1/$claim`). */
  operation<T extends Resource>(path: string, call?: OperationCall): Promise<T>;
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
  const write = <T>(method: string, path: string, body: Resource, version?: string): Promise<T> =>
    request<T>(path, {
      method,
      body: JSON.stringify(body),
      ...(version && { headers: { 'if-match': `W/"${version}"` } }),
    });
  const transaction = async (entry: readonly BundleEntry[]): Promise<readonly BundleEntry[]> => {
    const bundle: Bundle = { resourceType: 'Bundle', type: 'transaction', entry: [...entry] };
    return (await write<Bundle>('POST', '', bundle)).entry ?? [];
  };
  const batch = async (paths: readonly string[]): Promise<readonly (Bundle | FhirFailure)[]> => {
    const entry = paths.map((url): BundleEntry => ({ request: { method: 'GET', url } }));
    const { entry: answers = [] } = await write<Bundle>('POST', '', {
      resourceType: 'Bundle',
      type: 'batch',
      entry,
    });
    return paths.map((_path, place) => foundIn(answers[place]));
  };
  const nextOf = (bundle: Bundle) => nextPath(bundle, base);

  return {
    read: (type, id) => request(`${type}/${encodeURIComponent(id)}`),
    page: (path) => request(path),
    nextOf,
    transaction,
    batch,
    create: (resource) => write('POST', resource.resourceType, resource),
    async createTogether(entries) {
      await transaction(
        entries.map((one) => ({ ...one, request: { method: 'POST', url: one.resource.resourceType } })),
      );
    },
    update: (resource) =>
      write('PUT', `${resource.resourceType}/${resource.id}`, resource, resource.meta?.versionId),
    updateWhere: (resource, params, last = false) =>
      request(`${resource.resourceType}?${query(params)}`, {
        method: 'PUT',
        body: JSON.stringify(resource),
        keepalive: last,
      }),
    async remove(type, id) {
      await request(`${type}/${encodeURIComponent(id)}`, { method: 'DELETE' });
    },
    operation: (path, { input, ifMatch } = {}) =>
      input
        ? write('POST', path, { resourceType: 'Parameters', parameter: [...input] } as Parameters, ifMatch)
        : request(path),
    async search(type, params, pages = 10) {
      const resources: Resource[] = [];
      let path: string | undefined = `${type}?${query(params)}`;
      for (let page = 0; path && page < pages; page++) {
        const bundle: Bundle = await request<Bundle>(path);
        for (const entry of bundle.entry ?? []) if (entry.resource) resources.push(entry.resource);
        path = nextOf(bundle);
      }
      return { resources, more: path !== undefined };
    },
  };
}

const isOutcome = (body: unknown): body is OperationOutcome =>
  (body as { resourceType?: string } | undefined)?.resourceType === 'OperationOutcome';

/** What an entry of the answer to a batch holds. */
function foundIn({ resource, response }: BundleEntry = {}): Bundle | FhirFailure {
  if (resource?.resourceType === 'Bundle') return resource;
  return new FhirFailure(Number.parseInt(response?.status ?? '', 10) || 500, outcomeIn(response?.outcome));
}

const outcomeIn = (outcome: unknown): OperationOutcome | undefined =>
  isOutcome(outcome) ? outcome : undefined;

/** Search parameters as the text after `?`. */
export function query(params: Params): string {
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
