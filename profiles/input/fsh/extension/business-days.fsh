// Whether a duration counts business days: Monday to Friday without the holidays of the organisation. https://hl7.org/fhir/R4/extensibility.html
Extension: BusinessDays
Id: business-days
Title: "Business days"
Description: "Whether the days of a duration are business days, which the calendar of the organisation tells."
Context: Duration
* value[x] 1..1
* value[x] only boolean
