// When the care took place that a resource tells of: the date parameter of each type that has such a date. What holds over
// time (allergies, conditions, coverages, the people themselves) has none and belongs to any period.
// https://hl7.org/fhir/R4/operation-patient-everything.html
import type { Registry } from './registry.ts';

const CARE_DATES: Readonly<Record<string, string>> = {
  AdverseEvent: 'date',
  Appointment: 'date',
  AuditEvent: 'date',
  ChargeItem: 'occurrence',
  Claim: 'created',
  ClaimResponse: 'created',
  ClinicalImpression: 'date',
  Communication: 'sent',
  CommunicationRequest: 'authored',
  Composition: 'date',
  DetectedIssue: 'identified',
  DeviceRequest: 'authored-on',
  DiagnosticReport: 'date',
  DocumentManifest: 'created',
  DocumentReference: 'date',
  Encounter: 'date',
  EpisodeOfCare: 'date',
  ExplanationOfBenefit: 'created',
  ImagingStudy: 'started',
  Immunization: 'date',
  Invoice: 'date',
  List: 'date',
  Media: 'created',
  MedicationAdministration: 'effective-time',
  MedicationDispense: 'whenhandedover',
  MedicationRequest: 'authoredon',
  MedicationStatement: 'effective',
  NutritionOrder: 'datetime',
  Observation: 'date',
  Procedure: 'date',
  Provenance: 'recorded',
  QuestionnaireResponse: 'authored',
  RequestGroup: 'authored',
  RiskAssessment: 'date',
  ServiceRequest: 'authored',
  Specimen: 'collected',
  SupplyRequest: 'date',
  Task: 'authored-on',
  VisionPrescription: 'datewritten',
};

/** Ids of the parameters whose index rows say when care took place. */
export const careDateParams = (registry: Pick<Registry, 'find'>): number[] =>
  Object.entries(CARE_DATES).flatMap(([type, code]) => registry.find(type, code)?.id ?? []);
