// References as the rules read them: whatever way one is written, `Type/id` of what it names here.
// https://hl7.org/fhir/R4/references.html#literal
import type { Reference } from '@medplum/fhirtypes';
import type { Desk } from './write.ts';

const RELATIVE = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;
const ABSOLUTE = /^https?:\/\//;

/** `Type/id` of a relative reference, its version left out; undefined for others. */
export function relativeKey(reference: Reference | undefined): string | undefined {
  const match = RELATIVE.exec(reference?.reference ?? '');
  return match ? `${match[1]}/${match[2]}` : undefined;
}

/** `Type/id` of what a reference of a type names on this server; undefined when it names nothing here. */
export async function localKey(
  desk: Pick<Desk, 'read'>,
  reference: Reference | undefined,
  type: string,
): Promise<string | undefined> {
  const key = relativeKey(reference);
  if (key) return key.startsWith(`${type}/`) ? key : undefined;
  if (!reference?.reference || !ABSOLUTE.test(reference.reference)) return undefined;
  const found = await desk.read(reference.reference);
  return found?.resourceType === type ? `${type}/${found.id}` : undefined;
}

/** `Type/id` that a reference ends in, of whatever server; for comparing references within one record. */
export const tailOf = (reference: Reference | undefined): string | undefined =>
  /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/.exec(
    reference?.reference ?? '',
  )?.[1];
