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

/** @throws FhirError 412 when the resource is there in a version that If-None-Match rules out; `*` rules out any */
export function checkIfNoneMatch(header: string | undefined, present: number | undefined): void {
  if (header === undefined) return;
  const tags = header.split(',').map((tag) => tag.trim());
  const ruledOut = tags.map((tag) => (tag === '*' ? tag : versionOfETag(tag, 'If-None-Match')));
  if (present === undefined || !ruledOut.some((tag) => tag === '*' || tag === String(present))) return;
  throw preconditionFailed(
    `If-None-Match is ${header.trim()}, but the resource is there, in version ${present}. Leave the header out to change it.`,
  );
}

/** The version that a write may start from, when its conditions hold; undefined when there is none or it was deleted. */
export function checkVersion<V extends { version: number; deleted: boolean }>(
  headers: Readonly<Record<string, string | undefined>>,
  current: V | undefined,
): V | undefined {
  const present = current?.deleted ? undefined : current;
  checkIfMatch(headers['if-match'], present?.version);
  checkIfNoneMatch(headers['if-none-match'], present?.version);
  return present;
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
