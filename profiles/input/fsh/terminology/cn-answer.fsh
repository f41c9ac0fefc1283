// Answers to statements in forms of ours. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnReadiness
Id: cn-readiness
Title: "Readiness"
Description: "How far a statement about an organisation is true."
* insert OurCodeSystem
* #not-yet "Not yet" "It is not true yet."
* #begun "Begun" "It has begun to be true."
* #mostly "Mostly" "It is mostly true."
* #fully "Fully" "It is fully true."

CodeSystem: CnAgreement
Id: cn-agreement
Title: "Agreement"
Description: "How far a person agrees with a statement."
* insert OurCodeSystem
* #not-at-all "Not at all" "The person does not agree."
* #hardly "Hardly" "The person hardly agrees."
* #partly "Partly" "The person agrees in part."
* #mostly "Mostly" "The person mostly agrees."
* #fully "Fully" "The person agrees fully."
