// The choice of a provider for an order, as an Observation that measures can read. https://hl7.org/fhir/R4/observation.html
Profile: CnNetworkDecision
Parent: Observation
Id: cn-network-decision
Title: "Network decision"
Description: "Which options in the network were looked at for an order, which tier was picked, and what it is expected to save."
* obeys cn-nd-1
* status and code and subject and basedOn and effective[x] and performer and value[x] and component MS
* insert SlicedBySystem(code.coding)
* code.coding contains decision 1..1 MS
* code.coding[decision].system 1..1
* code.coding[decision].system = Canonical(CnObservation)
* code.coding[decision].code 1..1
* code.coding[decision].code = #network-decision
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* performer 1..*
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from CnNetworkTiers (required)
* component ^slicing.discriminator.type = #pattern
* component ^slicing.discriminator.path = "code"
* component ^slicing.rules = #open
* component contains
    options-count 0..1 MS and
    lowest-allowed-amount 0..1 MS and
    chosen-allowed-amount 0..1 MS and
    reference-amount 0..1 MS and
    reason-off-network 0..1 MS and
    estimated-saving 0..1 MS
* component[options-count].code = CnObservation#options-count
* component[options-count].value[x] only integer
* insert Amount(lowest-allowed-amount)
* insert Amount(chosen-allowed-amount)
* insert Amount(reference-amount)
* insert Amount(estimated-saving)
* component[reason-off-network].code = CnObservation#reason-off-network
* component[reason-off-network].value[x] only CodeableConcept
* component[reason-off-network].value[x] from CnOffNetworkReasons (extensible)

// An amount of money as R4 lets an Observation carry it: a Quantity whose unit is a currency.
RuleSet: Amount(name)
* component[{name}].code = CnObservation#{name}
* component[{name}].value[x] only Quantity
* component[{name}].valueQuantity.system = "urn:iso:std:iso:4217"

Invariant: cn-nd-1
Description: "A decision for a provider outside the network says why: give the component reason-off-network."
Severity: #error
Expression: "value.ofType(CodeableConcept).coding.where(code = 'out-of-network').exists() implies component.where(code.coding.where(code = 'reason-off-network').exists()).exists()"
