// What an expected amount rests on. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnSavingsBasis
Id: cn-savings-basis
Title: "Savings basis"
Description: "What an expected amount rests on."
* insert OurCodeSystem
* #rate-table "Rate table" "The rates of a contract."
* #claims-history "Claims history" "What was paid before."
* #payer-estimate "Payer estimate" "An estimate by the payer."
* #none "None" "Nothing that could be shown."

ValueSet: CnSavingsBases
Id: cn-savings-basis
Title: "Savings basis"
Description: "All of cn-savings-basis."
* insert OurValueSet
* include codes from system CnSavingsBasis
