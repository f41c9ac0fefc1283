// Whose records a rule of an access policy is about. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnRecordHolder
Id: cn-record-holder
Title: "Record holder"
Description: "Whose records a rule of an access policy is about."
* insert OurCodeSystem
* #any "Anybody" "The records of every patient, and records that belong to none."
* #assigned "Assigned patients" "The records of patients who are assigned to the user: by a care team, an open task, or as their general practitioner."
* #members "Members" "The records of the patients of a client: the members of a health plan, or of a group."
* #self "Oneself" "The user's own records as a patient."

ValueSet: CnRecordHolders
Id: cn-record-holder
Title: "Record holder"
Description: "All of cn-record-holder."
* insert OurValueSet
* include codes from system CnRecordHolder
