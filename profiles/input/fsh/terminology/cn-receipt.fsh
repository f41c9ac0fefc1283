// Whether what was arranged has reached the person. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnReceipt
Id: cn-receipt
Title: "Receipt"
Description: "Whether what was arranged has reached the person, as they say."
* insert OurCodeSystem
* #received "Received" "All of it has reached the person."
* #partly "Partly received" "Something is missing, or it did not fit."
* #not-received "Not received" "Nothing has reached the person."

ValueSet: CnReceipts
Id: cn-receipt
Title: "Receipt"
Description: "All of cn-receipt."
* insert OurValueSet
* include codes from system CnReceipt
