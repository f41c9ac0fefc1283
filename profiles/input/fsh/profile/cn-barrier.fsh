// A barrier to care that a person meets, as a health concern. https://hl7.org/fhir/R4/condition.html
Profile: CnBarrier
Parent: Condition
Id: cn-barrier
Title: "Barrier to care"
Description: "What stands between a person and their care: transport, telephone, language, cost, trust."
* ^purpose = "US Core Condition Problems and Health Concerns"
* clinicalStatus 1..1 MS
* category 1..* MS
* insert SlicedByPattern(category)
* category contains health-concern 1..1 MS and barrier 1..1 MS
* category[health-concern] = $us-core-condition-category#health-concern
* category[barrier] = CnCategory#cn-barrier
* code 1..1 MS
* code from CnBarrierTypes (extensible)
* verificationStatus and subject and onset[x] and abatement[x] and recordedDate and evidence MS
