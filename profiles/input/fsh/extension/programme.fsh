// The programme that an enrolment or a minute of work belongs to. https://hl7.org/fhir/R4/extensibility.html
Extension: Programme
Id: programme
Title: "Programme"
Description: "The programme that an enrolment or a minute of work belongs to."
Context: EpisodeOfCare, Observation
* value[x] 1..1
* value[x] only code
* value[x] from CnProgrammes (required)
