// The missed or cancelled appointment that this one replaces. https://hl7.org/fhir/R4/extensibility.html
Extension: RescheduledFrom
Id: rescheduled-from
Title: "Rescheduled from"
Description: "The missed or cancelled appointment that this one replaces."
Context: Appointment
* value[x] 1..1
* value[x] only Reference(Appointment)
