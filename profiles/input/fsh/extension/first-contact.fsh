// Whether this is the first visit of a new care relationship. https://hl7.org/fhir/R4/extensibility.html
Extension: FirstContact
Id: first-contact
Title: "First contact"
Description: "Whether this is the first visit of a new care relationship."
Context: Appointment
* value[x] 1..1
* value[x] only boolean
