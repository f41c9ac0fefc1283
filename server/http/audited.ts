// The audit record of a request on every route below /fhir: it begins with the request, and ends before the answer or the
// refusal leaves. https://hl7.org/fhir/R4/security.html#audit
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from '../fhir/access.ts';
import type { FhirError, Issue } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { type ErrorContext, failureOf, sendFailure, toFhirError } from './errors.ts';

/** The audit record of one request. */
export interface RequestRecord {
  /** The caller, as soon as its token has been read. */
  access: Access | undefined;
  /** Before the work. @throws FhirError 503 when nothing may be done */
  begin(body: unknown): Promise<void>;
  /** Before the answer leaves. @throws FhirError 503 when it may not */
  end(
    answer: { status: number; result: Result } | { status: number; issues: readonly Issue[] },
  ): Promise<void>;
}

export interface AuditedRoutes extends ErrorContext {
  /** Keeps a record of every request; absent where nobody is told apart. */
  audit?: {
    request(asked: { request: string; address: string; method: string; url: string }): RequestRecord;
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Its audit record. */
    audited?: RequestRecord | undefined;
  }
}

/** The record of a request, which begins with it. */
export function recordOf(request: FastifyRequest, { audit }: AuditedRoutes): RequestRecord | undefined {
  const { id, ip, method, url } = request;
  request.audited ??= audit?.request({ request: id, address: ip, method, url });
  return request.audited;
}

/** What a request is refused with: its failure, once that is recorded. */
async function recorded(
  failure: FhirError,
  request: FastifyRequest,
  routes: AuditedRoutes,
): Promise<FhirError> {
  try {
    await recordOf(request, routes)?.end(failure);
    return failure;
  } catch (unrecorded) {
    return toFhirError(unrecorded, routes);
  }
}

/** Makes every refusal on routes of `scope` leave its record, with the status that is answered. */
export function recordRefusals(scope: FastifyInstance, routes: AuditedRoutes): void {
  scope.decorateRequest('audited');
  scope.setErrorHandler(async (error, request, reply) =>
    sendFailure(
      await recorded(await failureOf(error, request, routes), request, routes),
      request,
      reply,
      routes,
    ),
  );
}
