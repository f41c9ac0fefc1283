// What an interaction is given: the request in FHIR's terms and the parts of the server that it works with.
import type { Resource } from '@medplum/fhirtypes';
import type { Care } from '../care/index.ts';
import type { Access } from '../fhir/access.ts';
import type { Result } from '../fhir/result.ts';
import type { Cursors } from '../search/cursor.ts';
import type { Search } from '../search/index.ts';
import type { VersionHistory } from '../store/history.ts';
import type { Store } from '../store/index.ts';
import type { Validator } from '../validation/index.ts';

/** The database transaction that a transaction bundle's entries share. */
export type Executor = Parameters<Parameters<Store['transaction']>[0]>[0];

/** A RESTful request; a batch entry is one too. */
export interface FhirRequest {
  method: string;
  /** Decoded segments after the base, such as `['Task', '1', '_history']`. */
  path: readonly string[];
  query: URLSearchParams;
  /** Lower-case names: `if-match`, `if-none-match`, `if-modified-since`, `if-none-exist`, `prefer`. */
  headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON, or undefined without a body. */
  body: unknown;
  /** Media type of the body without parameters; absent for FHIR's own. */
  contentType?: string | undefined;
  access: Access;
  executor?: Executor;
}

export interface Context {
  store: Store;
  search: Search;
  history: VersionHistory;
  /** Signs the pages of whatever is paged beside searches. */
  cursors: Cursors;
  validator: Pick<Validator, 'validate'>;
  care: Care;
  now: () => Date;
  newId: () => string;
  /** FHIR base URL without a trailing slash. */
  base: string;
  /** Routes any request, operations included; batch entries go through it. */
  dispatch: (request: FhirRequest) => Promise<Result>;
  /** The CapabilityStatement. */
  capabilities: () => object;
  /** The TerminologyCapabilities. */
  terminologyCapabilities: () => object;
}

export type Handler = (context: Context, request: FhirRequest) => Promise<Result>;

/** A resource as a body should be: an object with a resourceType. */
export type Body = Resource & { id?: string };
