// The name of a request: what its X-Request-Id says when that is fit for a log and a header, else a new one.
// https://hl7.org/fhir/R4/http.html#custom
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Letters, digits, `_`, `.` and `-`, at most 64: nothing that could break a line or hide a text in it. */
const SANE = /^[\w.-]{1,64}$/;

/** The id that a request is answered and logged with. */
export function requestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID();
}
