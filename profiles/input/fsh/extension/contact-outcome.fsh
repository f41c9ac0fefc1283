// What became of an attempt to reach somebody. https://hl7.org/fhir/R4/extensibility.html
Extension: ContactOutcome
Id: contact-outcome
Title: "Contact outcome"
Description: "What became of an attempt to reach somebody."
Context: Communication
* value[x] 1..1
* value[x] only code
* value[x] from CnContactOutcomes (required)
