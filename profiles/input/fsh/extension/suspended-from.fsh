// The status that a task on hold goes back to. https://hl7.org/fhir/R4/extensibility.html
Extension: SuspendedFrom
Id: suspended-from
Title: "Suspended from"
Description: "The status that a task on hold goes back to."
Context: Task
* value[x] 1..1
* value[x] only code
* value[x] from http://hl7.org/fhir/ValueSet/task-status (required)
