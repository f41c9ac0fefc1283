// Which patient a resource is about, as `Patient/…`, however the reference is written.
// https://hl7.org/fhir/R4/references.html#literal
import type { Reference, Resource } from '@medplum/fhirtypes';
import { keyOf } from '../code.ts';
import { localKey, relativeKey } from '../reference.ts';
import type { Desk } from '../write.ts';

/** The elements that say whom a resource is about. */
interface About {
  subject?: Reference;
  patient?: Reference;
  for?: Reference;
  participant?: { actor?: Reference }[];
}

function namedBy(resource: Resource): Reference[] {
  const { subject, patient, for: whom, participant } = resource as About;
  const actors = Array.isArray(participant) ? participant.flatMap(({ actor }) => actor ?? []) : [];
  return [subject, patient, whom, ...actors].filter((one) => one !== undefined);
}

/** The patient that a resource is about, the first of several; undefined when it is about none. */
export async function patientOf(desk: Pick<Desk, 'read'>, resource: Resource): Promise<string | undefined> {
  if (resource.resourceType === 'Patient') return keyOf(resource);
  for (const reference of namedBy(resource)) {
    const key = await localKey(desk, reference, 'Patient');
    if (key) return key;
  }
  return undefined;
}

/** Whether a resource names a patient, `Patient/…`, by a relative reference. */
export const isAbout = (resource: Resource, patient: string): boolean =>
  namedBy(resource).some((reference) => relativeKey(reference) === patient);
