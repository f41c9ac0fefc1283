// A member of staff with their training, certification and licence. https://hl7.org/fhir/R4/practitioner.html
Profile: CnPractitioner
Parent: Practitioner
Id: cn-practitioner
Title: "Practitioner"
Description: "A member of staff, and what qualifies them: training, certification, licence, each until it runs out."
* ^purpose = "US Core Practitioner"
* name 1..* MS
* identifier and telecom and active and communication MS
* qualification MS
* qualification.code from CnQualifications (extensible)
* qualification.period and qualification.issuer MS
