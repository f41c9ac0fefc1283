// How the provider stands to the network of the plan. https://hl7.org/fhir/R4/extensibility.html
Extension: NetworkTier
Id: network-tier
Title: "Network tier"
Description: "How the provider stands to the network of the plan."
Context: Appointment, OrganizationAffiliation
* value[x] 1..1
* value[x] only code
* value[x] from CnNetworkTiers (required)
