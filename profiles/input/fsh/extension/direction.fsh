// Whether a contact came in or went out. https://hl7.org/fhir/R4/extensibility.html
Extension: Direction
Id: direction
Title: "Direction"
Description: "Whether a contact came in or went out."
Context: Communication
* value[x] 1..1
* value[x] only code
* value[x] from CnDirections (required)
