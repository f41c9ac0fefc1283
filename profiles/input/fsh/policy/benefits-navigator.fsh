// What a benefits navigator may do: coverage and cost, and the tasks about them. https://hl7.org/fhir/R4/basic.html
Instance: policy-benefits-navigator
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Benefits navigator"
Description: "A benefits navigator explains coverage and cost; the record is read as far as navigators read it."
* insert Policy(benefits-navigator)
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
* insert AnswerQuestionnaires(any)
* insert RecordBarriers(any)
* insert WorkTasks(any)
* insert LogTime
* insert LabelsWithConsentOfAssigned
* insert Purpose(CAREMGT)
* insert Purpose(HPAYMT)
