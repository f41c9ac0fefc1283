// The practitioner under whom the programme is billed. https://hl7.org/fhir/R4/extensibility.html
Extension: BillingPractitioner
Id: billing-practitioner
Title: "Billing practitioner"
Description: "The practitioner under whom the programme is billed."
Context: EpisodeOfCare
* value[x] 1..1
* value[x] only Reference(Practitioner or PractitionerRole)
