// Version and condition headers. https://hl7.org/fhir/R4/http.html#concurrency · https://hl7.org/fhir/R4/http.html#cread
import { badRequest, preconditionFailed } from '../fhir/errors.ts';

const ETAG = /^(?:W\/)?"([^"]{1,64})"$/;

/** The version that an If-Match or If-None-Match header names. @throws FhirError 400 when it is no ETag */
export function versionOfETag(header: string, name: string): string {
  const match = ETAG.exec(header.trim());
  if (!match) throw badRequest(`${name} is ${header}. Send an ETag of this server, such as W/"3".`);
  return match[1]!;
}

/** @throws FhirError 412 when the present version is not the one that the caller has seen */
export function checkIfMatch(header: string | undefined, present: number | undefined): void {
  if (header === undefined) return;
  if (header.trim() === '*' && present !== undefined) return;
  const expected = header.trim() === '*' ? '*' : versionOfETag(header, 'If-Match');
  if (present !== undefined && String(present) === expected) return;
  throw preconditionFailed(
    present === undefined
      ? `If-Match asks for ${header.trim()}, but there is no such resource.`
      : `Somebody changed this resource meanwhile: you have version ${expected}, the present one is ${present}. Read it again and repeat your change.`,
  );
}

/** True when the caller already has this version (If-None-Match first, If-Modified-Since without it). */
export function isNotModified(
  headers: Readonly<Record<string, string | undefined>>,
  version: number,
  lastUpdated: Date,
): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined)
    return tags
      .split(',')
      .some((tag) => tag.trim() === '*' || ETAG.exec(tag.trim())?.[1] === String(version));
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && Math.floor(lastUpdated.getTime() / 1000) * 1000 <= since;
}
