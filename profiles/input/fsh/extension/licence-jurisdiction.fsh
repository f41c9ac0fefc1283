// The state in which the licence of a role is valid. https://hl7.org/fhir/R4/extensibility.html
Extension: LicenceJurisdiction
Id: licence-jurisdiction
Title: "Licence jurisdiction"
Description: "The state in which the licence of a role is valid."
Context: PractitionerRole
* value[x] 1..1
* value[x] only CodeableConcept
