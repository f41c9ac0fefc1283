// The body of a write: an object with the resource type (and, for updates, the id) that the URL names.
import { badRequest } from '../fhir/errors.ts';
import type { Body } from './context.ts';

/** @throws FhirError 400 when the body is no resource of `type` */
export function resourceBody(body: unknown, type: string): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest(`The body must be a ${type} as a JSON object.`);
  }
  const { resourceType } = body as { resourceType?: unknown };
  if (resourceType === undefined)
    throw badRequest(`The body has no resourceType. Send "resourceType": "${type}".`, type);
  if (resourceType !== type)
    throw badRequest(
      `The body is a ${String(resourceType)}, but the address is for ${type}.`,
      'resourceType',
    );
  return body as Body;
}

/** @throws FhirError 400 when the body's id is missing or another one than the address says */
export function checkBodyId(body: Body, id: string): void {
  if (body.id === id) return;
  throw badRequest(
    body.id === undefined
      ? `The body has no id. An update needs "id": "${id}".`
      : `The body's id is "${body.id}", but the address says "${id}".`,
    `${body.resourceType}.id`,
  );
}
