// The kinds of patch, by the media type of the body. https://hl7.org/fhir/R4/http.html#patch
import type { Resource } from '@medplum/fhirtypes';
import { badRequest, unsupportedMediaType } from '../../fhir/errors.ts';
import { documentOf, doesNotApply, isHolder, readDocument, resourceOfDocument } from './document.ts';
import { applyFhirPathPatch } from './fhirpath-patch.ts';
import { applyJsonPatch } from './json-patch.ts';

/** Changes a document, and gives what it became. */
type Patcher = (document: unknown, patch: unknown) => unknown;

export const JSON_PATCH = 'application/json-patch+json';
const FHIR_JSON = 'application/fhir+json';

const patchers: Readonly<Record<string, Patcher>> = {
  [JSON_PATCH]: applyJsonPatch,
  [FHIR_JSON]: applyFhirPathPatch,
  'application/json': applyFhirPathPatch,
};

/** Whether a patch of this media type is read; XML has become JSON before. */
export const readsPatch = (contentType: string): boolean => Object.hasOwn(patchers, contentType);

/** Media types of patches, for the CapabilityStatement. */
export const patchFormats = [JSON_PATCH, FHIR_JSON, 'application/fhir+xml'] as const;

/** A patch as it was sent. */
export interface Patch {
  body: unknown;
  contentType?: string | undefined;
}

/** @throws FhirError 415 when the media type is that of no patch, 400 without a body */
function patcherOf({ body, contentType = FHIR_JSON }: Patch): Patcher {
  if (!readsPatch(contentType))
    throw unsupportedMediaType(
      `A patch is not read as "${contentType}". Send a JSON Patch as ${JSON_PATCH}, or a FHIRPath Patch (Parameters) as ${FHIR_JSON}.`,
    );
  if (typeof body !== 'object' || body === null)
    throw badRequest('The request has no patch in its body. Send a JSON Patch or a FHIRPath Patch.');
  return patchers[contentType]!;
}

/**
 * The resource that a patch makes of a stored one.
 * @param content the stored bytes
 * @throws FhirError 400 malformed, 413 too much, 415 media type, 422 when it does not fit the resource or changes its identity
 */
export function patched(content: string, patch: Patch): Resource {
  const apply = patcherOf(patch);
  const before = readDocument(content) as { resourceType: string; id: string };
  const { resourceType, id } = before;
  try {
    const after = apply(before, documentOf(patch.body as object));
    if (!isHolder(after) || after.resourceType !== resourceType || after.id !== id)
      throw doesNotApply(
        `The patch changes resourceType or id. They stay as they are: ${resourceType}/${id}.`,
        isHolder(after) && after.resourceType === resourceType ? `${resourceType}.id` : 'resourceType',
      );
    return resourceOfDocument(after) as Resource;
  } catch (error) {
    // What is nested deeper than the stack is no resource.
    if (error instanceof RangeError)
      throw badRequest('The patch nests elements deeper than any FHIR resource needs.');
    throw error;
  }
}
