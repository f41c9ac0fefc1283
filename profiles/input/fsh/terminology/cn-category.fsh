// Categories of records that are ours. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnCategory
Id: cn-category
Title: "Category"
Description: "Categories of records that are ours."
* insert OurCodeSystem
* #cn-barrier "Barrier to care" "The condition is a barrier to care."
