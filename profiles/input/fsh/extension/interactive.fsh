// Whether both sides could speak with each other, as a contact after discharge must be. https://hl7.org/fhir/R4/extensibility.html
Extension: Interactive
Id: interactive
Title: "Interactive"
Description: "Whether both sides could speak with each other, as a contact after discharge must be."
Context: Communication
* value[x] 1..1
* value[x] only boolean
