// Compartments: which types lie in them, and of the patient's, which are shared by all patients.
// https://hl7.org/fhir/R4/compartmentdefinition.html
import { readFileSync } from 'node:fs';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`./r4/${name}.json`, import.meta.url), 'utf8'));
const table: Record<string, string[]> = read('patient-compartment');

/** Codes of the search parameters that put a resource of a type into a patient's compartment; empty for Patient, which is its own. */
export const compartmentParameters: Readonly<Record<string, readonly string[]>> = { Patient: [], ...table };

/** Of each compartment the types that lie in it, and the codes of the search parameters that put them there. */
export const compartments: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Patient: compartmentParameters,
  ...read('compartments'),
};

/** Directory and definitional types without patient data: a `patient/` scope that names them reads all of them. */
const SHARED: ReadonlySet<string> = new Set([
  'ActivityDefinition',
  'CodeSystem',
  'ConceptMap',
  'Endpoint',
  'HealthcareService',
  'InsurancePlan',
  'Library',
  'Location',
  'Measure',
  'Medication',
  'OperationDefinition',
  'Organization',
  'OrganizationAffiliation',
  'PlanDefinition',
  'Practitioner',
  'PractitionerRole',
  'Questionnaire',
  'SearchParameter',
  'Slot',
  'StructureDefinition',
  'ValueSet',
]);

/** Types of the compartment whose resources name many patients at once, such as a panel: a `patient/` scope does not reach them. */
const NAMES_MANY: ReadonlySet<string> = new Set(['Group']);

/** How a `patient/` scope on a type is confined: to the compartment, not at all (shared types, to read), or it reaches nothing. */
export function confinement(type: string): 'compartment' | 'shared' | 'none' {
  if (NAMES_MANY.has(type)) return 'none';
  if (Object.hasOwn(compartmentParameters, type)) return 'compartment';
  return SHARED.has(type) ? 'shared' : 'none';
}
