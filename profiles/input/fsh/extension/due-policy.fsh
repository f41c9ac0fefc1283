// The service promise that a due date was computed from: which promise, when its clock started, whether it counts business days. https://hl7.org/fhir/R4/extensibility.html
Extension: DuePolicy
Id: due-policy
Title: "Due policy"
Description: "The service promise that a due date was computed from: which promise, when its clock started, whether it counts business days."
Context: Task
* extension contains sla 1..1 and clockStart 0..1 and businessDays 0..1
* extension[sla].value[x] 1..1
* extension[sla].value[x] only code or canonical
* extension[clockStart].value[x] 1..1
* extension[clockStart].value[x] only dateTime
* extension[businessDays].value[x] 1..1
* extension[businessDays].value[x] only boolean
