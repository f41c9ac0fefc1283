// The last day on which a referral may be used. https://hl7.org/fhir/R4/extensibility.html
Extension: Expires
Id: expires
Title: "Expires"
Description: "The last day on which a referral may be used."
Context: ServiceRequest
* value[x] 1..1
* value[x] only date
