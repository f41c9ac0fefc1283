// How far a task has come, where no other system has a word. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnBusinessStatus
Id: cn-business-status
Title: "Business status"
Description: "How far a task has come, where no other system has a word."
* insert OurCodeSystem
* #awaiting-information "Awaiting information" "Whoever received the task waits for information before answering it."
