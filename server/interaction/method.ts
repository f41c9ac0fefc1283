// 405 with the methods that an address does take. https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6
import { FhirError, methodNotAllowed } from '../fhir/errors.ts';
import type { FhirRequest } from './context.ts';

/** @param offered methods that the address of the request takes */
export function methodNotOffered({ method, path }: FhirRequest, offered: readonly string[]): FhirError {
  const methods = offered.join(', ');
  const { status, issues } = methodNotAllowed(
    `${method} is not offered at ${path.join('/') || 'the base address'}. Offered: ${methods}.`,
  );
  return new FhirError(status, issues, { allow: methods });
}
