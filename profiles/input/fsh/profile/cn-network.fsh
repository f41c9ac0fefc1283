// A network of providers that a plan contracts with. https://hl7.org/fhir/R4/organization.html
Profile: CnNetwork
Parent: Organization
Id: cn-network
Title: "Network"
Description: "The providers that a plan, or the programme itself, has contracts with."
* ^purpose = "Plan-Net Network"
* identifier and active and type and name and telecom and address and partOf and contact and endpoint MS
* active 1..1
* active = true
* type 1..*
* insert SlicedByPattern(type)
* type contains network 1..1 MS
* type[network] = $plan-net-organization#ntwk
* name 1..1
* partOf 1..1
