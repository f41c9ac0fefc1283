// Whose a resource is: everything that is shown of a record is checked to be that of the patient on the screen.
// https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import type { Bundle, ExtractResource, Reference, Resource, ResourceType } from '@medplum/fhirtypes';
import { WrongPatient } from './failure.ts';

/** The elements by which the types of a record say whose they are. */
interface Whose {
  readonly subject?: Reference;
  readonly for?: Reference;
  readonly patient?: Reference;
  readonly beneficiary?: Reference;
  readonly participant?: readonly { readonly actor?: Reference }[];
}

const isPatient = (reference: string | undefined): boolean => /^Patient\//.test(reference ?? '');

/** `Patient/…` that a resource is about; undefined for what is about nobody. */
export function whoseIs(resource: Resource): string | undefined {
  if (resource.resourceType === 'Patient') return `Patient/${resource.id}`;
  const of = resource as Whose;
  const said = [of.subject, of.for, of.patient, of.beneficiary].flatMap((one) => one?.reference ?? []);
  const actors = Array.isArray(of.participant) ? of.participant.map(({ actor }) => actor?.reference) : [];
  return [...said, ...actors].find(isPatient);
}

/**
 * Those of a type among resources.
 * @param patient logical id
 * @throws WrongPatient when one of them is not the patient's
 */
export function theirs<T extends ResourceType>(
  resources: readonly Resource[],
  type: T,
  patient: string,
): readonly ExtractResource<T>[] {
  const found = resources.filter((one) => one.resourceType === type) as ExtractResource<T>[];
  if (found.some((one) => whoseIs(one as Resource) !== `Patient/${patient}`)) throw new WrongPatient();
  return found;
}

/** The resources of a page. */
export const resourcesIn = ({ entry = [] }: Bundle): readonly Resource[] =>
  entry.flatMap(({ resource }) => resource ?? []);
