// The code systems, extensions and profiles that the app reads and writes, each named once.
// https://hl7.org/fhir/R4/terminologies.html

const BASE = 'https://throughline.example/fhir';

export const TASK_CODE = `${BASE}/CodeSystem/cn-task-code`;
export const TASK_PARAMETER = `${BASE}/CodeSystem/cn-task-parameter`;
export const ROLE = `${BASE}/CodeSystem/cn-role`;
export const REFERRAL_STAGE = `${BASE}/CodeSystem/cn-referral-stage`;
export const RECEIPT = `${BASE}/CodeSystem/cn-receipt`;
export const CONTACT_OUTCOME = `${BASE}/CodeSystem/cn-contact-outcome`;
export const LOINC = 'http://loinc.org';
export const EPISODE = `${BASE}/identifier/episode`;
export const SUSPENDED_FROM = `${BASE}/StructureDefinition/suspended-from`;
export const INTERPRETER_NEEDED = [
  'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired',
  'http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed',
];
/** By which an organisation says that it is the pool of a lane. */
export const POOL = `${BASE}/identifier/pool`;
export const CATEGORY = `${BASE}/CodeSystem/cn-category`;
/** Names what the app keeps for a person. */
export const APP_STATE = `${BASE}/identifier/app-state`;
/** App state is under an address of the app's own, which says what it is made of. */
export const APP_STATE_DATA = 'https://throughline.example/app/state';
/** Services of the programme itself. */
export const SERVICE = `${BASE}/CodeSystem/cn-service`;
export const BARRIER_TYPE = `${BASE}/CodeSystem/cn-barrier-type`;
export const OFF_NETWORK_REASON = `${BASE}/CodeSystem/cn-off-network-reason`;
/** The address of an extension of ours. */
export const extensionUrl = (id: string): string => `${BASE}/StructureDefinition/${id}`;
export const QUERY_TOPIC = `${BASE}/CodeSystem/cn-query-topic`;
export const ACTIVITY_TYPE = `${BASE}/CodeSystem/cn-activity-type`;
export const PROGRAMME = `${BASE}/CodeSystem/cn-programme`;
export const CONTACT_SAFETY = `${BASE}/CodeSystem/cn-contact-safety`;
export const HANDOFF_SECTION = `${BASE}/CodeSystem/cn-handoff-section`;
export const NETWORK_DECISION = `${BASE}/StructureDefinition/network-decision`;
/** What the URLs of our forms begin with. */
export const QUESTIONNAIRES = `${BASE}/Questionnaire/`;
export const PARTICIPANT_TYPE = `${BASE}/CodeSystem/cn-participant-type`;
