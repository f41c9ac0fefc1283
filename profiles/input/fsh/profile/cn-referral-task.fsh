// A referral that is followed until its loop is closed, as a Task. https://hl7.org/fhir/R4/task.html
Profile: CnReferralTask
Parent: CnCoordinationTask
Id: cn-referral-task
Title: "Referral task"
Description: "Follows one referral from the order to the report; its business status says, in two languages, how far it has come."
* ^purpose = "COW coordination-task; Gravity TaskForReferralManagement, where the states received and ready are told as requested; BSeR referral-task"
* obeys cn-rt-1 and cn-rt-2 and cn-rt-3
* code.coding[family].code = #coord-referral
* focus 1..1
* focus only Reference(ServiceRequest)
* for 1..1
* authoredOn 1..1
* requester 1..1
* requester only Reference(PractitionerRole or Organization)
* statusReason.text 1..1 MS
* identifier 1..* MS
* insert SlicedByType(identifier)
* identifier contains placer 0..1 MS and filler 0..1 MS
* identifier[placer].type = $v2-0203#PLAC
* identifier[filler].type = $v2-0203#FILL
* insert SlicedBySystem(businessStatus.coding)
* businessStatus.coding contains bser 0..1 MS and stage 0..1 MS
* businessStatus.coding[bser].system 1..1
* businessStatus.coding[bser].system = "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS"
* businessStatus.coding[bser].code 1..1
* businessStatus.coding[bser] from CnBserStatuses (required)
* businessStatus.coding[stage].system 1..1
* businessStatus.coding[stage].system = Canonical(CnReferralStage)
* businessStatus.coding[stage].code 1..1
* businessStatus.coding[stage] from CnReferralStages (required)

Invariant: cn-rt-1
Description: "A referral in progress says how far it has come: give businessStatus."
Severity: #error
Expression: "status = 'in-progress' implies businessStatus.exists()"

Invariant: cn-rt-2
Description: "A referral whose business status is 7.0 is done: status must be completed."
Severity: #error
Expression: "businessStatus.coding.where(system = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS' and code = '7.0').exists() implies status = 'completed'"

Invariant: cn-rt-3
Description: "A referral task asks that the referral be fulfilled: add the code fulfill of task-code."
Severity: #error
Expression: "code.coding.where(system = 'http://hl7.org/fhir/CodeSystem/task-code' and code = 'fulfill').exists()"

ValueSet: CnBserStatuses
Id: cn-bser-status
Title: "Business status of a referral between systems"
Description: "The codes by which referral systems tell each other how far a referral has come; codes only."
* insert OurValueSet
* $bser-status#2.0
* $bser-status#3.0
* $bser-status#4.0
* $bser-status#5.1.1
* $bser-status#5.1.2
* $bser-status#5.1.3
* $bser-status#5.1.4
* $bser-status#5.2
* $bser-status#6.0
* $bser-status#7.0

ValueSet: CnReferralStages
Id: cn-referral-stage
Title: "Referral stage"
Description: "All of cn-referral-stage."
* insert OurValueSet
* include codes from system CnReferralStage
