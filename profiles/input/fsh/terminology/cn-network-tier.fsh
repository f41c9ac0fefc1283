// How a provider stands to the network of a plan. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnNetworkTier
Id: cn-network-tier
Title: "Network tier"
Description: "How a provider stands to the network of a plan."
* insert OurCodeSystem
* #direct-contract "Direct contract" "The provider has a contract with the programme itself."
* #preferred "Preferred" "The provider is preferred within the network."
* #in-network "In network" "The provider belongs to the network."
* #out-of-network "Out of network" "The provider does not belong to the network."
* #unknown "Unknown" "Nobody has found out."

ValueSet: CnNetworkTiers
Id: cn-network-tier
Title: "Network tier"
Description: "All of cn-network-tier."
* insert OurValueSet
* include codes from system CnNetworkTier
