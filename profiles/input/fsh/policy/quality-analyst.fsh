// What a quality analyst may do: read what measures are computed from, without labelled records. https://hl7.org/fhir/R4/basic.html
Instance: policy-quality-analyst
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Quality analyst"
Description: "A quality analyst reads measures and what they are computed from."
* insert Policy(quality-analyst)
* insert Staff
* insert ReadDemographics(any)
* insert ReadCareRecord(any)
* insert ReadOrders(any)
* insert ReadTasks(any)
* insert ReadContacts(any)
* insert ReadClinicalRecord(any)
* insert ReadClaims(any)
* insert ReadGroups(any)
* insert ReadMeasures(any)
* insert Purpose(HQUALIMP)
