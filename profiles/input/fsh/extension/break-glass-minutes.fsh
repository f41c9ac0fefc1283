// For how long a role may open a chart in an emergency. https://hl7.org/fhir/R4/extensibility.html
Extension: BreakGlassMinutes
Id: break-glass-minutes
Title: "Break-glass minutes"
Description: "For how many minutes at most the role may open a chart in an emergency; without it never."
Context: Basic
* value[x] 1..1
* value[x] only positiveInt
