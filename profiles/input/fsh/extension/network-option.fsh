// How one service of an answer of find-in-network stands to the network, and what it costs there. https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.search
Extension: NetworkOption
Id: network-option
Title: "Network option"
Description: "How one service of an answer of find-in-network stands to the network, how far it is, what it is expected to cost, and whom it can take."
Context: Bundle.entry.search
* extension contains
    tier 1..1 and
    network 0..1 and
    distance 0..1 and
    amount 0..1 and
    basis 0..1 and
    accepting 0..1 and
    language 0..* and
    access 0..*
* extension[tier].value[x] 1..1
* extension[tier].value[x] only code
* extension[tier].value[x] from CnNetworkTiers (required)
* extension[network].value[x] 1..1
* extension[network].value[x] only Reference(Organization)
* extension[distance].value[x] 1..1
* extension[distance].value[x] only Quantity
* extension[amount].value[x] 1..1
* extension[amount].value[x] only Money
* extension[basis].value[x] 1..1
* extension[basis].value[x] only code
* extension[basis].value[x] from CnSavingsBases (required)
* extension[accepting].value[x] 1..1
* extension[accepting].value[x] only code
* extension[language].value[x] 1..1
* extension[language].value[x] only code
* extension[access].value[x] 1..1
* extension[access].value[x] only Coding
