// What a clinical social worker may do: coordination as far as it is psychosocial. https://hl7.org/fhir/R4/basic.html
Instance: policy-lcsw
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Licensed clinical social worker"
Description: "A clinical social worker coordinates psychosocial care; referrals follow a standing policy or are drafted."
* insert Policy(lcsw)
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
* insert WritePsychosocialRecord
* insert DraftOrders
* insert WorkTasks(any)
* insert WithdrawTasks
* insert LogTime
* insert LabelsWithConsent
* insert NarrowLabelsWithConsent
* insert Purpose(TREAT)
* insert Purpose(CAREMGT)
* extension[break-glass-minutes].valuePositiveInt = 60
