// The visit by the billing practitioner that opened the programme. https://hl7.org/fhir/R4/extensibility.html
Extension: InitiatingVisit
Id: initiating-visit
Title: "Initiating visit"
Description: "The visit by the billing practitioner that opened the programme."
Context: EpisodeOfCare
* value[x] 1..1
* value[x] only Reference(Encounter)
