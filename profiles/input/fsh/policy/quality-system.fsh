// What a program that computes measures may do: read the people of its groups, without labelled records. https://hl7.org/fhir/R4/basic.html
Instance: policy-quality-system
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Quality system"
Description: "A program that computes measures reads the people of its groups; labelled records are left out."
* insert Policy(quality-system)
* insert Everybody
* insert ReadGroups(members)
* insert ReadDemographics(members)
* insert ReadCareRecord(members)
* insert ReadOrders(members)
* insert ReadDocuments(members)
* insert ReadTasks(members)
* insert ReadContacts(members)
* insert ReadClinicalRecord(members)
* insert ReadClaims(members)
* insert ReadMeasures(members)
* insert Purpose(HQUALIMP)
