// The body of a write: an object with the resource type (and, for updates, the id) that the URL names.
import { badRequest, unsupportedMediaType } from '../fhir/errors.ts';
import type { Body, FhirRequest } from './context.ts';
import { JSON_PATCH } from './patch/index.ts';

/** A value of a body as a sentence may name it: text and numbers as they are, anything else by its JSON type. */
const shown = (value: unknown): string =>
  typeof value === 'object' ? (Array.isArray(value) ? 'a list' : 'an object') : `"${String(value)}"`;

/** @throws FhirError 400 when the body is no resource of `type`, 415 when it is a patch */
export function resourceBody(
  { body, contentType }: Pick<FhirRequest, 'body' | 'contentType'>,
  type: string,
): Body {
  if (contentType === JSON_PATCH)
    throw unsupportedMediaType(
      `The body is a patch. Send it with PATCH, or a ${type} as application/fhir+json.`,
    );
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest(`The body must be a ${type} as a JSON object.`);
  }
  const { resourceType } = body as { resourceType?: unknown };
  if (resourceType === undefined)
    throw badRequest(`The body has no resourceType. Send "resourceType": "${type}".`, type);
  if (resourceType !== type)
    throw badRequest(
      typeof resourceType === 'string'
        ? `The body is a ${resourceType}, but the address is for ${type}.`
        : `The body's resourceType is ${shown(resourceType)}. Send "resourceType": "${type}".`,
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
      : `The body's id is ${shown(body.id)}, but the address says "${id}".`,
    `${body.resourceType}.id`,
  );
}
