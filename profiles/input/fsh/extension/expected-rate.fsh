// What one service is expected to cost: under the contract of a participation, or, at a plan, without its networks. https://hl7.org/fhir/R4/extensibility.html
Extension: ExpectedRate
Id: expected-rate
Title: "Expected rate"
Description: "What one service is expected to cost: under the contract of a participation, or, at a plan, without its networks."
Context: OrganizationAffiliation, InsurancePlan
* extension contains service 1..1 and amount 1..1 and basis 0..1
* extension[service].value[x] 1..1
* extension[service].value[x] only CodeableConcept
* extension[amount].value[x] 1..1
* extension[amount].value[x] only Money
* extension[basis].value[x] 1..1
* extension[basis].value[x] only code
* extension[basis].value[x] from CnSavingsBases (required)
