// Whether a referral or another order could be avoided in the end, and how. https://hl7.org/fhir/R4/extensibility.html
Extension: AvoidanceOutcome
Id: avoidance-outcome
Title: "Avoidance outcome"
Description: "Whether a referral or another order could be avoided in the end, and how."
Context: ServiceRequest, DeviceRequest
* value[x] 1..1
* value[x] only code
* value[x] from CnAvoidanceOutcomes (required)
