// What a community health worker may do, for the people assigned to them. https://hl7.org/fhir/R4/basic.html
Instance: policy-chw
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Community health worker"
Description: "A community health worker navigates for the people who are assigned to them."
* insert Policy(chw)
* insert Staff
* insert ReadDemographics(assigned)
* insert ReadCareRecord(assigned)
* insert ReadOrders(assigned)
* insert ReadDocuments(assigned)
* insert ReadConsents(assigned)
* insert ReadTasks(assigned)
* insert ReadContacts(assigned)
* insert ReadMinimum(assigned)
* insert BookAppointments(assigned)
* insert LogContacts(assigned)
* insert KeepContactSafety(assigned)
* insert AnswerQuestionnaires(assigned)
* insert RecordBarriers(assigned)
* insert KeepCarePlans(assigned)
* insert WriteDocuments(assigned)
* insert DraftConsents(assigned)
* insert WorkTasks(assigned)
* insert LogTime
* insert Purpose(CAREMGT)
