// What a navigator may do: everything but clinical work; the minimum of the record. https://hl7.org/fhir/R4/basic.html
Instance: policy-navigator
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Navigator"
Description: "A navigator reads what guiding people takes and does all navigation; orders are proposed, not signed."
* insert Policy(navigator)
* insert Staff
* insert ReadDemographics(any)
* insert ReadCareRecord(any)
* insert ReadOrders(any)
* insert ReadDocuments(any)
* insert ReadConsents(any)
* insert ReadTasks(any)
* insert ReadContacts(any)
* insert ReadMinimum(any)
* insert ReadClaims(any)
* insert ReadGroups(any)
* insert Register
* insert BookAppointments(any)
* insert LogContacts(any)
* insert KeepContactSafety(any)
* insert AnswerQuestionnaires(any)
* insert RecordBarriers(any)
* insert KeepCarePlans(any)
* insert WriteDocuments(any)
* insert DraftConsents(any)
* insert WorkTasks(any)
* insert LogTime
* insert ProposeOrders
* insert LabelsWithConsentOfAssigned
* insert Purpose(CAREMGT)
