// What patients may do: read their own chart, answer forms, ask for a visit or for navigation. https://hl7.org/fhir/R4/basic.html
Instance: policy-patient
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Patient"
Description: "A patient reads their own chart, answers forms, and asks for a visit or for navigation."
* insert Policy(patient)
* insert Person
* insert ReadDemographics(self)
* insert ReadCareRecord(self)
* insert ReadOrders(self)
* insert ReadDocuments(self)
* insert ReadConsents(self)
* insert ReadTasks(self)
* insert ReadContacts(self)
* insert ReadClinicalRecord(self)
* insert ReadClaims(self)
* insert Rule(answer-own-questionnaires, cu, self)
* insert Type(QuestionnaireResponse)
* extension[rule][=].extension[criteria].valueString = "author={user}"
* insert Rule(write-to-the-team, c, self)
* insert Type(Communication)
* extension[rule][=].extension[criteria].valueString = "sender={user}"
* insert Rule(ask-for-a-visit, c, self)
* insert Type(Appointment)
* extension[rule][=].extension[criteria].valueString = "status=proposed"
* insert Rule(ask-for-navigation, c, self)
* insert Type(ServiceRequest)
* extension[rule][=].extension[criteria].valueString = "category=$CB/CodeSystem/cn-category|navigation&category:not=$CB/CodeSystem/cn-category|referral,$CB/CodeSystem/cn-category|imaging,$CB/CodeSystem/cn-category|laboratory,$CB/CodeSystem/cn-category|infusion,$CB/CodeSystem/cn-category|equipment&intent=proposal"
* extension[labels].extension[every].valueBoolean = true
