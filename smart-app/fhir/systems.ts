// The code systems, extensions and profiles that the app reads and writes, each named once.
// https://hl7.org/fhir/R4/terminologies.html

const BASE = 'https://throughline.example/fhir';

export const TASK_CODE = `${BASE}/CodeSystem/cn-task-code`;
export const TASK_PARAMETER = `${BASE}/CodeSystem/cn-task-parameter`;
export const ROLE = `${BASE}/CodeSystem/cn-role`;
export const REFERRAL_STAGE = `${BASE}/CodeSystem/cn-referral-stage`;
export const CONTACT_OUTCOME = `${BASE}/CodeSystem/cn-contact-outcome`;
export const LOINC = 'http://loinc.org';
export const EPISODE = `${BASE}/identifier/episode`;
export const SUSPENDED_FROM = `${BASE}/StructureDefinition/suspended-from`;
export const HANDOFF_PROFILE = `${BASE}/StructureDefinition/cn-handoff-task`;
export const INTERPRETER_NEEDED = [
  'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired',
  'http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed',
];
