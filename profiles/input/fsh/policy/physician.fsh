// What a physician may do: all clinical work, and sign orders. https://hl7.org/fhir/R4/basic.html
Instance: policy-physician
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Physician"
Description: "A physician does all clinical work and signs orders."
* insert Policy(physician)
* insert Staff
* insert ReadDemographics(any)
* insert ReadCareRecord(any)
* insert ReadOrders(any)
* insert ReadDocuments(any)
* insert ReadConsents(any)
* insert ReadTasks(any)
* insert ReadContacts(any)
* insert ReadClinicalRecord(any)
* insert ReadGroups(any)
* insert ReadProvenance
* insert Register
* insert BookAppointments(any)
* insert LogContacts(any)
* insert KeepContactSafety(any)
* insert AnswerQuestionnaires(any)
* insert KeepCarePlans(any)
* insert WriteDocuments(any)
* insert RecordConsents
* insert WriteClinicalRecord
* insert ReconcileMedicines
* insert SignOrders
* insert WorkTasks(any)
* insert WithdrawTasks
* insert LogTime
* insert LabelsWithConsent
* insert NarrowLabelsWithConsent
* insert Purpose(TREAT)
* insert Purpose(CAREMGT)
* extension[break-glass-minutes].valuePositiveInt = 60
