// What the system of a health plan may do: read what its members' claims are about, and ask for navigation. https://hl7.org/fhir/R4/basic.html
Instance: policy-payer-system
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Payer system"
Description: "The system of a health plan reads what concerns the claims of its members, and asks for navigation."
* insert Policy(payer-system)
* insert Everybody
* insert ReadDemographics(members)
* insert ReadOrders(members)
* insert ReadConsents(members)
* insert ReadTasks(members)
* insert ReadContacts(members)
* insert ReadClaims(members)
* insert Rule(request-tasks, c, members)
* insert Type(Task)
* extension[rule][=].extension[criteria].valueString = "status=requested"
* insert Rule(log-contacts, c, members)
* insert Type(Communication)
* insert Rule(request-navigation, cu, members)
* insert Type(ServiceRequest)
* extension[rule][=].extension[criteria].valueString = "category=$CB/CodeSystem/cn-category|navigation&category:not=$CB/CodeSystem/cn-category|referral,$CB/CodeSystem/cn-category|imaging,$CB/CodeSystem/cn-category|laboratory,$CB/CodeSystem/cn-category|infusion,$CB/CodeSystem/cn-category|equipment"
* insert LabelsWithConsent
* insert Purpose(HPAYMT)
