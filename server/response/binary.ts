// A Binary as what it holds: its bytes, with its own content type. https://hl7.org/fhir/R4/binary.html#rest
import type { Binary } from '@medplum/fhirtypes';
import type { Result } from '../fhir/result.ts';
import type { Rendered } from './index.ts';

/** Media types that may stand in a header. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[\x20-\x7e]*)?$/;

/** Whether a result is a Binary that was read, whole. */
export const isBinary = (result: Result): result is Extract<Result, { kind: 'resource' }> =>
  result.kind === 'resource' && result.resource.type === 'Binary' && !result.location && !result.subset;

/**
 * The bytes of a Binary.
 * @param rendered the same result as a resource, whose headers stay
 */
export function nativeBinary(
  { resource }: Extract<Result, { kind: 'resource' }>,
  { status, headers }: Rendered,
): Rendered {
  const { contentType, data = '', securityContext } = JSON.parse(resource.content) as Binary;
  const { reference } = securityContext ?? {};
  return {
    status,
    headers: {
      ...headers,
      'content-type': contentType && MEDIA_TYPE.test(contentType) ? contentType : 'application/octet-stream',
      // What was uploaded runs no script in this origin.
      'content-security-policy': "default-src 'none'; sandbox",
      ...(reference && /^[\x21-\x7e]+$/.test(reference) && { 'x-security-context': reference }),
    },
    body: Buffer.from(data, 'base64'),
  };
}
