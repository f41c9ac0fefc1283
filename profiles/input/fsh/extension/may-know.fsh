// What this member of the team, who is close to the person, may be told. https://hl7.org/fhir/R4/extensibility.html
Extension: MayKnow
Id: may-know
Title: "May know"
Description: "What this member of the team, who is close to the person, may be told."
Context: CareTeam.participant
* value[x] 1..1
* value[x] only code
* value[x] from CnMayKnowCodes (required)
