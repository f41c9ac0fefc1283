// The clinician who answers for work that somebody under them does. https://hl7.org/fhir/R4/extensibility.html
Extension: CoSignedBy
Id: co-signed-by
Title: "Co-signed by"
Description: "The clinician who answers for the work of somebody whose practice covers it under a clinician only."
Context: Task
* value[x] 1..1
* value[x] only Reference(PractitionerRole)
