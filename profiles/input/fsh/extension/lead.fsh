// Whether this member leads the team at present. https://hl7.org/fhir/R4/extensibility.html
Extension: Lead
Id: lead
Title: "Lead"
Description: "Whether this member leads the team at present."
Context: CareTeam.participant
* value[x] 1..1
* value[x] only boolean
