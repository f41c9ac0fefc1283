// What somebody does in an appointment, where no other system has a word. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnParticipantType
Id: cn-participant-type
Title: "Participant type"
Description: "What somebody does in an appointment, where no other system has a word."
* insert OurCodeSystem
* #transport "Transport" "Brings the person to the visit and home."
