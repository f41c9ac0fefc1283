// What a registered nurse may do: all of coordination; orders are drafted, or covered by a standing order. https://hl7.org/fhir/R4/basic.html
Instance: policy-rn
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Registered nurse"
Description: "A registered nurse coordinates; an order is active by a standing order, or when a prescriber signs it."
* insert Policy(rn)
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
* insert DraftOrders
* insert WorkTasks(any)
* insert WithdrawTasks
* insert LogTime
* insert LabelsWithConsent
* insert Purpose(TREAT)
* insert Purpose(CAREMGT)
* extension[break-glass-minutes].valuePositiveInt = 60
