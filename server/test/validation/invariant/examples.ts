// For many invariants of R4 on clinical resources and datatypes: what keeps each one, what breaks it, and where.
// https://hl7.org/fhir/R4/resourcelist.html
import type { Json } from '../../../validation/run.ts';

/** A resource type with the elements that keep the invariant, those that break it, and the place that the issue names. */
export type Example = readonly [type: string, keep: Json, breaks: Json, at?: string];

const code = (system: string, value: string) => ({ coding: [{ system, code: value }] });
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';
const allergyStatus = (value: string) => code(`${TERMINOLOGY}/allergyintolerance-verification`, value);
const conditionStatus = (value: string) => code(`${TERMINOLOGY}/condition-ver-status`, value);
const clinical = (value: string) => code(`${TERMINOLOGY}/condition-clinical`, value);
const problem = { category: [code(`${TERMINOLOGY}/condition-category`, 'problem-list-item')] };
const extension = (value: Json) => ({ extension: [{ url: 'http://x.example/e', ...value }] });
const timing = (repeat: Json) => ({ occurrenceTiming: { repeat } });
const item = (more: Json) => ({ item: [{ linkId: '1', type: 'string', ...more }] });
const to = { reference: 'Patient/p1' };
const UCUM = 'http://unitsofmeasure.org';

/** By key of the invariant. */
export const CLINICAL: Readonly<Record<string, Example>> = {
  'age-1': [
    'Condition',
    { onsetAge: { value: 3, system: UCUM, code: 'a' }, clinicalStatus: clinical('active') },
    { onsetAge: { value: 3 }, clinicalStatus: clinical('active') },
    'Condition.onset',
  ],
  'ait-1': ['AllergyIntolerance', { verificationStatus: allergyStatus('entered-in-error') }, {}],
  'ait-2': [
    'AllergyIntolerance',
    { verificationStatus: allergyStatus('confirmed'), clinicalStatus: { text: 'x' } },
    { verificationStatus: allergyStatus('entered-in-error'), clinicalStatus: { text: 'x' } },
  ],
  'app-1': [
    'Appointment',
    { status: 'proposed', participant: [{ actor: to }] },
    { status: 'proposed', participant: [{ actor: to }, { status: 'accepted' }] },
    'Appointment.participant[1]',
  ],
  'app-2': ['Appointment', { status: 'proposed' }, { status: 'proposed', start: '2026-01-05T10:00:00Z' }],
  'app-3': ['Appointment', { status: 'waitlist' }, { status: 'booked' }],
  'app-4': [
    'Appointment',
    { status: 'cancelled', cancelationReason: { text: 'x' } },
    { status: 'proposed', cancelationReason: { text: 'x' } },
  ],
  'apr-1': ['AppointmentResponse', { actor: to }, {}],
  'att-1': [
    'DocumentReference',
    { content: [{ attachment: { data: 'aGk=', contentType: 'text/plain' } }] },
    { content: [{ attachment: { data: 'aGk=' } }] },
    'DocumentReference.content[0].attachment',
  ],
  'cmp-1': [
    'Composition',
    { section: [{ section: [{ entry: [to] }] }] },
    { section: [{ section: [{ title: 'x' }] }] },
    'Composition.section[0].section[0]',
  ],
  'con-1': [
    'Condition',
    { stage: [{ summary: { text: 'x' } }] },
    { stage: [{ type: { text: 'x' } }] },
    'Condition.stage[0]',
  ],
  'con-3': ['Condition', { ...problem, clinicalStatus: clinical('active') }, problem],
  'con-4': [
    'Condition',
    { abatementDateTime: '2026', clinicalStatus: clinical('resolved') },
    { abatementDateTime: '2026', clinicalStatus: clinical('active') },
  ],
  'con-5': [
    'Condition',
    { verificationStatus: conditionStatus('confirmed'), clinicalStatus: clinical('active') },
    { verificationStatus: conditionStatus('entered-in-error'), clinicalStatus: clinical('active') },
  ],
  'cpl-3': [
    'CarePlan',
    { activity: [{ reference: to }] },
    { activity: [{ reference: to, detail: {} }] },
    'CarePlan.activity[0]',
  ],
  'cpt-2': [
    'Patient',
    { telecom: [{ system: 'phone', value: '1' }] },
    { telecom: [{ value: '1' }] },
    'Patient.telecom[0]',
  ],
  'ctm-1': [
    'CareTeam',
    { participant: [{ member: { reference: 'Practitioner/1' }, onBehalfOf: to }] },
    { participant: [{ member: { reference: 'Patient/1' }, onBehalfOf: to }] },
    'CareTeam.participant[0]',
  ],
  'drt-1': [
    'Basic',
    extension({ valueDuration: { value: 1, system: UCUM, code: 'h' } }),
    extension({ valueDuration: { system: UCUM, code: 'h' } }),
    'Basic.extension[0].value',
  ],
  'exp-1': [
    'Basic',
    extension({ valueExpression: { language: 'text/fhirpath', expression: '1' } }),
    extension({ valueExpression: { language: 'text/fhirpath' } }),
    'Basic.extension[0].value',
  ],
  'fhs-1': ['FamilyMemberHistory', { ageString: '5' }, { ageString: '5', bornString: '1980' }],
  'fhs-2': ['FamilyMemberHistory', { ageString: '5', estimatedAge: true }, { estimatedAge: true }],
  'gol-1': [
    'Goal',
    { target: [{ detailString: 'x', measure: {} }] },
    { target: [{ detailString: 'x' }] },
    'Goal.target[0]',
  ],
  'grp-1': ['Group', { actual: true, member: [{ entity: to }] }, { actual: false, member: [{ entity: to }] }],
  'imm-1': [
    'Immunization',
    { education: [{ documentType: 'x' }] },
    { education: [{ publicationDate: '2026' }] },
    'Immunization.education[0]',
  ],
  'inv-1': [
    'Task',
    { authoredOn: '2026-01-05', lastModified: '2026-01-06' },
    { authoredOn: '2026-01-05', lastModified: '2026-01-04' },
  ],
  'ipn-1': ['InsurancePlan', { name: 'x' }, {}],
  'lnk-1': ['Linkage', { item: [{}, {}] }, { item: [{}] }],
  'lst-1': ['List', { emptyReason: { text: 'x' } }, { emptyReason: { text: 'x' }, entry: [{ item: to }] }],
  'lst-2': [
    'List',
    { mode: 'changes', entry: [{ deleted: true }] },
    { mode: 'working', entry: [{ deleted: true }] },
  ],
  'lst-3': [
    'List',
    { mode: 'working', entry: [{ date: '2026' }] },
    { mode: 'changes', entry: [{ date: '2026' }] },
  ],
  'mad-1': [
    'MedicationAdministration',
    { dosage: { dose: { value: 1 } } },
    { dosage: { text: 'x' } },
    'MedicationAdministration.dosage',
  ],
  'mdd-1': [
    'MedicationDispense',
    { whenPrepared: '2026-01-05', whenHandedOver: '2026-01-06' },
    { whenPrepared: '2026-01-05', whenHandedOver: '2026-01-04' },
  ],
  'mrp-1': ['MeasureReport', { type: 'individual', group: [{}] }, { type: 'data-collection', group: [{}] }],
  'nor-1': ['NutritionOrder', { oralDiet: { instruction: 'x' } }, {}],
  'obs-3': [
    'Observation',
    { referenceRange: [{ text: 'x' }] },
    { referenceRange: [{ age: { low: { value: 1 } } }] },
    'Observation.referenceRange[0]',
  ],
  'obs-6': [
    'Observation',
    { dataAbsentReason: { text: 'x' } },
    { dataAbsentReason: { text: 'x' }, valueString: 'y' },
  ],
  'org-1': ['Organization', { name: 'x' }, { active: true }],
  'org-2': [
    'Organization',
    { name: 'x', address: [{ use: 'work' }] },
    { name: 'x', address: [{ use: 'work' }, { use: 'home' }] },
    'Organization.address[1]',
  ],
  'org-3': [
    'Organization',
    { name: 'x', telecom: [{ use: 'work' }] },
    { name: 'x', telecom: [{ use: 'home' }] },
    'Organization.telecom[0]',
  ],
  'pat-1': [
    'Patient',
    { contact: [{ name: { text: 'x' } }] },
    { contact: [{ gender: 'female' }] },
    'Patient.contact[0]',
  ],
  'ppc-1': ['Consent', { policyRule: { text: 'x' } }, {}],
  'prr-1': ['ServiceRequest', { code: { text: 'x' }, orderDetail: [{}] }, { orderDetail: [{}] }],
  'qrs-1': [
    'QuestionnaireResponse',
    item({ answer: [{ item: [] }] }),
    item({ answer: [{ valueString: 'x' }], item: [{ linkId: '2' }] }),
    'QuestionnaireResponse.item[0]',
  ],
  'ras-2': [
    'RiskAssessment',
    { prediction: [{ probabilityDecimal: 100 }, { probabilityRange: {} }, {}] },
    { prediction: [{ probabilityDecimal: 101 }] },
    'RiskAssessment.prediction[0]',
  ],
  'rat-1': [
    'Basic',
    extension({ valueRatio: { numerator: { value: 1 }, denominator: { value: 2 } } }),
    extension({ valueRatio: { numerator: { value: 1 } } }),
    'Basic.extension[0].value',
  ],
  'rqg-1': [
    'RequestGroup',
    { action: [{ resource: to }] },
    { action: [{ title: 'x' }] },
    'RequestGroup.action[0]',
  ],
  'sev-1': [
    'AuditEvent',
    { entity: [{ name: 'x' }] },
    { entity: [{ name: 'x', query: 'eA==' }] },
    'AuditEvent.entity[0]',
  ],
  'tim-1': [
    'ServiceRequest',
    timing({ duration: 1, durationUnit: 'h' }),
    timing({ duration: 1 }),
    'ServiceRequest.occurrence.repeat',
  ],
  'tim-2': [
    'ServiceRequest',
    timing({ period: 1, periodUnit: 'h' }),
    timing({ period: 1 }),
    'ServiceRequest.occurrence.repeat',
  ],
  'tim-4': [
    'ServiceRequest',
    timing({ duration: 0, durationUnit: 'h' }),
    timing({ duration: -1, durationUnit: 'h' }),
    'ServiceRequest.occurrence.repeat',
  ],
  'tim-9': [
    'ServiceRequest',
    timing({ offset: 5, when: ['ACM', 'PCM'] }),
    timing({ offset: 5, when: ['ACM', 'CM'] }),
    'ServiceRequest.occurrence.repeat',
  ],
  'tim-10': [
    'ServiceRequest',
    timing({ when: ['CM'] }),
    timing({ when: ['CM'], timeOfDay: ['10:00:00'] }),
    'ServiceRequest.occurrence.repeat',
  ],
};
