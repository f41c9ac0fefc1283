// When a human being first answered an inbound question. https://hl7.org/fhir/R4/extensibility.html
Extension: FirstResponse
Id: first-response
Title: "First response"
Description: "When a human being first answered an inbound question."
Context: Task
* value[x] 1..1
* value[x] only dateTime
