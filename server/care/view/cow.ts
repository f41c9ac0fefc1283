// A task as Clinical Order Workflows has it: the coordination task of a request, or the task that asks to cancel one.
// https://build.fhir.org/ig/HL7/fhir-cow-ig/StructureDefinition-coordination-task.html
import type { CodeableConcept, Task } from '@medplum/fhirtypes';
import { codeOf, HL7_TASK_CODE, hasCode, STAGE, TASK_IDENTIFIER } from '../code.ts';
import { bserCode } from '../state/bser.ts';
import { checkOrder, checkReferences, claiming } from './element.ts';

const GUIDE = 'COW';
const PROFILES = 'http://hl7.org/fhir/uv/cow/StructureDefinition';
const BUSINESS_STATUS = 'http://hl7.org/fhir/uv/cow/CodeSystem/temp';

const REQUESTS = [
  ...['ServiceRequest', 'DeviceRequest', 'MedicationRequest', 'NutritionOrder', 'SupplyRequest'],
  'VisionPrescription',
];
const FOCUS = [['focus', REQUESTS]] as const;
const CANCELLED_FOCUS = [['focus', [...REQUESTS, 'Task']]] as const;

/** Business statuses of COW, by the codes of BSeR and by our stages. */
const COW_STATUS: Readonly<Record<string, string>> = {
  '5.1.1': 'visit-scheduled',
  '5.1.4': 'visit-complete',
  scheduled: 'visit-scheduled',
  attended: 'visit-complete',
};

function businessStatusOf(task: Task): { businessStatus?: CodeableConcept } {
  const code = COW_STATUS[bserCode(task) ?? codeOf(task.businessStatus, STAGE) ?? ''];
  if (code === undefined) return {};
  const coding = [...(task.businessStatus?.coding ?? []), { system: BUSINESS_STATUS, code }];
  return { businessStatus: { ...task.businessStatus, coding } };
}

/** The task for the party that fulfils a request; one without an identifier is known by its id. */
export function cowView(task: Task): Task {
  if (hasCode(task.code, HL7_TASK_CODE, 'abort')) {
    checkReferences(GUIDE, task, CANCELLED_FOCUS);
    return claiming(task, `${PROFILES}/cancellation-request-task`);
  }
  checkOrder(GUIDE, task);
  checkReferences(GUIDE, task, FOCUS);
  const identifier = task.identifier?.length
    ? task.identifier
    : [{ system: TASK_IDENTIFIER, value: task.id! }];
  return claiming({ ...task, identifier, ...businessStatusOf(task) }, `${PROFILES}/coordination-task`);
}
