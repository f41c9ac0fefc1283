// Which options in the network were looked at, which one was picked, what it is expected to cost, and why. https://hl7.org/fhir/R4/extensibility.html
Extension: NetworkDecision
Id: network-decision
Title: "Network decision"
Description: "Which options in the network were looked at, which one was picked, what it is expected to cost, and why."
Context: ServiceRequest, DeviceRequest
* extension contains
    tier 1..1 and
    networkReference 0..1 and
    optionsConsidered 0..1 and
    allowedAmountChosen 0..1 and
    allowedAmountReference 0..1 and
    estimatedSaving 0..1 and
    basis 0..1 and
    reason 0..1 and
    decidedBy 0..1 and
    option 0..*
* extension[tier].value[x] 1..1
* extension[tier].value[x] only CodeableConcept
* extension[tier].value[x] from CnNetworkTiers (required)
* extension[networkReference].value[x] 1..1
* extension[networkReference].value[x] only Reference(Organization)
* extension[optionsConsidered].value[x] 1..1
* extension[optionsConsidered].value[x] only integer
* extension[allowedAmountChosen].value[x] 1..1
* extension[allowedAmountChosen].value[x] only Money
* extension[allowedAmountReference].value[x] 1..1
* extension[allowedAmountReference].value[x] only Money
* extension[estimatedSaving].value[x] 1..1
* extension[estimatedSaving].value[x] only Money
* extension[basis].value[x] 1..1
* extension[basis].value[x] only code
* extension[basis].value[x] from CnSavingsBases (required)
* extension[reason].value[x] 1..1
* extension[reason].value[x] only CodeableConcept
* extension[reason].value[x] from CnOffNetworkReasons (extensible)
* extension[decidedBy].value[x] 1..1
* extension[decidedBy].value[x] only Reference(PractitionerRole or Practitioner or Organization or Device)
* extension[option].value[x] 1..1
* extension[option].value[x] only Reference(HealthcareService or Organization)
