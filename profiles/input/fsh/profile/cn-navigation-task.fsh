// The work of non-clinical staff before and around first contacts, as a Task. https://hl7.org/fhir/R4/task.html
Profile: CnNavigationTask
Parent: Task
Id: cn-navigation-task
Title: "Navigation task"
Description: "Work of non-clinical staff: questions, benefits, finding a provider, booking, barriers, receipt of services."
* insert OurTask
* obeys cn-t-7 and cn-nt-1 and cn-nt-2
* intent = #order
* code.coding[family] from CnNavigationTaskCodes (required)
* performerType from CnNavigatorRoles (extensible)
* performerType and location and reasonCode and relevantHistory MS
* extension contains
    DuePolicy named due-policy 0..1 MS and
    Channel named channel 0..1 MS and
    FirstResponse named first-response 0..1 MS and
    SuspendedFrom named suspended-from 0..1
* insert SlicedByType(input)
* input contains
    query-topic 0..* and
    benefit-question 0..* and
    preferred-slot 0..* and
    candidate-provider 0..* and
    questionnaire 0..*
* insert Parameter(input, query-topic)
* input[query-topic].value[x] only CodeableConcept
* input[query-topic].value[x] from CnQueryTopics (extensible)
* insert Parameter(input, benefit-question)
* input[benefit-question].value[x] only string
* insert Parameter(input, preferred-slot)
* input[preferred-slot].value[x] only Period or Reference(Slot)
* insert Parameter(input, candidate-provider)
* input[candidate-provider].value[x] only Reference(PractitionerRole or HealthcareService or Organization)
* insert Parameter(input, questionnaire)
* input[questionnaire].value[x] only canonical
* insert SlicedByType(output)
* output contains
    appointment 0..* and
    answer 0..* and
    chosen-provider 0..* and
    barrier 0..* and
    handoff 0..* and
    receipt 0..1
* insert Parameter(output, appointment)
* output[appointment].value[x] only Reference(Appointment)
* insert Parameter(output, answer)
* output[answer].value[x] only Reference(Communication)
* insert Parameter(output, chosen-provider)
* output[chosen-provider].value[x] only Reference(PractitionerRole or HealthcareService or Organization)
* insert Parameter(output, barrier)
* output[barrier].value[x] only Reference(Condition)
* insert Parameter(output, handoff)
* output[handoff].value[x] only Reference(Task)
* insert Parameter(output, receipt)
* output[receipt].value[x] only CodeableConcept
* output[receipt].value[x] from CnReceipts (required)

Invariant: cn-nt-1
Description: "A navigation task has no clinical order as its focus: a MedicationRequest or DeviceRequest belongs to a coordination task."
Severity: #error
Expression: "focus.exists() implies focus.reference.matches('^(.*/)?(MedicationRequest|DeviceRequest)/.*').not()"

Invariant: cn-nt-2
Description: "The performerType of a navigation task names a non-clinical role: navigator, benefits-navigator, scheduler, chw or peer."
Severity: #error
Expression: "performerType.exists() implies performerType.coding.where(system = '$CB/CodeSystem/cn-role' and code in ('navigator'|'benefits-navigator'|'scheduler'|'chw'|'peer')).exists()"

ValueSet: CnNavigationTaskCodes
Id: cn-navigation-task-code
Title: "Navigation task codes"
Description: "The codes of cn-task-code that navigation is made of."
* insert OurValueSet
* CnTaskCode#nav-inbound-query
* CnTaskCode#nav-benefits-question
* CnTaskCode#nav-find-provider
* CnTaskCode#nav-schedule
* CnTaskCode#nav-reminder
* CnTaskCode#nav-no-show-recovery
* CnTaskCode#nav-new-member-welcome
* CnTaskCode#nav-barrier-screen
* CnTaskCode#nav-barrier-resolve
* CnTaskCode#nav-enrolment-help
* CnTaskCode#nav-accompany
* CnTaskCode#nav-receipt-check
* CnTaskCode#nav-records-request
* CnTaskCode#nav-complaint
* CnTaskCode#nav-escalate-clinical
* CnTaskCode#nav-handoff-prepare
