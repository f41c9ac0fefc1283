// The practitioner who supervised the work that is logged. https://hl7.org/fhir/R4/extensibility.html
Extension: SupervisingPractitioner
Id: supervising-practitioner
Title: "Supervising practitioner"
Description: "The practitioner who supervised the work that is logged."
Context: Observation
* value[x] 1..1
* value[x] only Reference(Practitioner or PractitionerRole)
