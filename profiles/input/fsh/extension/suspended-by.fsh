// The task whose suspension put a task that is part of it on hold. https://hl7.org/fhir/R4/extensibility.html
Extension: SuspendedBy
Id: suspended-by
Title: "Suspended by"
Description: "The task whose suspension put this part of it on hold: when it is resumed, so is this one. The server writes it."
Context: Task
* value[x] 1..1
* value[x] only Reference(Task)
