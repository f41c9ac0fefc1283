// The work of clinical staff after visits, as a Task. https://hl7.org/fhir/R4/task.html
Profile: CnCoordinationTask
Parent: Task
Id: cn-coordination-task
Title: "Coordination task"
Description: "Work of clinical staff: referrals, imaging, laboratory, equipment, infusions, transitions, follow-up."
* ^purpose = "COW coordination-task, when it has an identifier and asks to fulfil a request"
* insert OurTask
* obeys cn-t-7 and cn-ct-1 and cn-ct-2
* intent = #order
* code.coding contains fulfill 0..1 MS
* code.coding[fulfill].system 1..1
* code.coding[fulfill].system = "http://hl7.org/fhir/CodeSystem/task-code"
* code.coding[fulfill].code 1..1
* code.coding[fulfill].code = #fulfill
* code.coding[family] from CnCoordinationTaskCodes (required)
* performerType 1..* MS
* performerType from CnClinicianRoles (extensible)
* owner only Reference(PractitionerRole or Organization or CareTeam or HealthcareService)
* focus only Reference(ServiceRequest or DeviceRequest or MedicationRequest or Appointment or CarePlan or Encounter)
* encounter and basedOn and partOf and insurance and executionPeriod and location and reasonCode and relevantHistory MS
* extension contains
    DuePolicy named due-policy 0..1 MS and
    Channel named channel 0..1 MS and
    FirstResponse named first-response 0..1 MS and
    SuspendedFrom named suspended-from 0..1
* insert SlicedByType(input)
* input contains discharge-document 0..* and authorisation 0..* and network-decision 0..*
* insert Parameter(input, discharge-document)
* input[discharge-document].value[x] only Reference(DocumentReference or Composition)
* insert Parameter(input, authorisation)
* input[authorisation].value[x] only Reference(ClaimResponse or CoverageEligibilityResponse)
* insert Parameter(input, network-decision)
* input[network-decision].value[x] only Reference(Observation or Provenance)
* insert SlicedByType(output)
* output contains
    result 0..* and
    consult-note 0..* and
    appointment 0..* and
    procedure 0..* and
    network-decision 0..*
* insert Parameter(output, result)
* output[result].value[x] only Reference(DiagnosticReport or Observation or DocumentReference)
* insert Parameter(output, consult-note)
* output[consult-note].value[x] only Reference(DocumentReference or DiagnosticReport or Composition)
* insert Parameter(output, appointment)
* output[appointment].value[x] only Reference(Appointment)
* insert Parameter(output, procedure)
* output[procedure].value[x] only Reference(Procedure)
* insert Parameter(output, network-decision)
* output[network-decision].value[x] only Reference(Observation or Provenance)

Invariant: cn-ct-1
Description: "A coordination task states its clinician: give a performerType with rn, lpn, lcsw, np-pa, physician or pharmacist from cn-role."
Severity: #error
Expression: "performerType.coding.where(system = '$CB/CodeSystem/cn-role' and code in ('rn'|'lpn'|'lcsw'|'np-pa'|'physician'|'pharmacist')).exists()"

Invariant: cn-ct-2
Description: "A task that fulfils a request names the request: give focus."
Severity: #error
Expression: "code.coding.where(system = 'http://hl7.org/fhir/CodeSystem/task-code' and code = 'fulfill').exists() implies focus.exists()"

ValueSet: CnCoordinationTaskCodes
Id: cn-coordination-task-code
Title: "Coordination task codes"
Description: "The codes of cn-task-code that coordination is made of."
* insert OurValueSet
* CnTaskCode#coord-referral
* CnTaskCode#coord-imaging
* CnTaskCode#coord-lab
* CnTaskCode#coord-dme
* CnTaskCode#coord-infusion
* CnTaskCode#coord-home-health
* CnTaskCode#coord-prior-auth
* CnTaskCode#coord-post-visit-followup
* CnTaskCode#coord-result-review
* CnTaskCode#coord-med-reconciliation
* CnTaskCode#coord-transition-contact
* CnTaskCode#coord-transition-visit
* CnTaskCode#coord-care-plan-review
* CnTaskCode#coord-clinical-assessment
* CnTaskCode#coord-risk-triage
* CnTaskCode#coord-network-review
* CnTaskCode#coord-case-conference
* CnTaskCode#coord-crisis-plan
* CnTaskCode#coord-metabolic-monitoring
* CnTaskCode#coord-education
