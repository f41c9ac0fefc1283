// The consent of the person to the programme. https://hl7.org/fhir/R4/extensibility.html
Extension: ProgrammeConsent
Id: programme-consent
Title: "Programme consent"
Description: "The consent of the person to the programme."
Context: EpisodeOfCare, Observation
* value[x] 1..1
* value[x] only Reference(Consent)
