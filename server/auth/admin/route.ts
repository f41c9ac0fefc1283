// What a route of administration is: a method, an address and a handler that knows no HTTP.
import type { Policy } from '../../fhir/access.ts';
import { notFound } from '../../fhir/errors.ts';
import type { Accounts } from '../account/account.ts';
import type { ClientDirectory } from '../client/directory.ts';
import type { AuthDeps } from '../deps.ts';
import type { Trust } from '../ehr/exchange-subject.ts';
import type { AdminChange } from '../events.ts';
import type { CheckCriteria } from '../launch/scopes.ts';
import type { Revocations } from '../token/revocation.ts';
import { isPlain } from './body.ts';
import type { Administrator } from './caller.ts';
import type { ExportJobs } from './exports.ts';

/** What the handlers work with. */
export interface AdminDeps extends Pick<AuthDeps, 'sql' | 'now'> {
  publicUrl: string;
  accounts: Accounts;
  clients: ClientDirectory;
  revocations: Revocations;
  policies: { of(role: string): Policy };
  /** Absent: this server trusts no other EHR. */
  trust: Trust | undefined;
  checkCriteria: CheckCriteria | undefined;
  exports: ExportJobs | undefined;
}

export interface AdminRequest {
  caller: Administrator;
  /** Segments of the address. */
  params: Readonly<Record<string, string>>;
  /** The text of the body. */
  body: unknown;
}

export interface AdminAnswer {
  status: 200 | 201 | 204;
  /** JSON; absent with 204. */
  body?: unknown;
  /** Address of what was made, below `/auth/admin/`. */
  location?: string;
  /** What the audit is told. */
  change?: AdminChange;
}

export interface AdminRoute {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/auth/admin/`, with `:id` for a segment. */
  path: string;
  handle: (deps: AdminDeps, request: AdminRequest) => Promise<AdminAnswer>;
}

/**
 * The one of a list that an address names.
 * @param what in words: `EHR`
 * @throws FhirError 404
 */
export function named<T>(found: T | undefined, what: string, id: string | undefined): T {
  if (found !== undefined) return found;
  const shown = isPlain(id) ? ` ${id}` : '';
  throw notFound(`There is no ${what}${shown}. The list tells which there are.`);
}
