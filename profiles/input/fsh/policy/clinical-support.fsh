// What a medical assistant may do: read the record, and write what a clinician confirms. https://hl7.org/fhir/R4/basic.html
Instance: policy-clinical-support
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Clinical support"
Description: "A medical assistant supports clinicians; findings are preliminary until one confirms them."
* insert Policy(clinical-support)
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
* insert Register
* insert BookAppointments(any)
* insert LogContacts(any)
* insert KeepContactSafety(any)
* insert AnswerQuestionnaires(any)
* insert KeepCarePlans(any)
* insert WriteDocuments(any)
* insert RecordBarriers(any)
* insert DraftConsents(any)
* insert RecordFindings
* insert WorkTasks(any)
* insert LogTime
* insert LabelsWithConsent
* insert Purpose(TREAT)
* insert Purpose(CAREMGT)
