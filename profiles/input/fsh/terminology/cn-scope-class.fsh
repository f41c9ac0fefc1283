// The classes of work that roles are licensed or trained for. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnScopeClass
Id: cn-scope-class
Title: "Scope class"
Description: "The classes of work that roles are licensed or trained for."
* insert OurCodeSystem
* #non-clinical "Non-clinical" "Work that needs no licence."
* #peer "Peer" "Work that rests on lived experience."
* #clinical-support "Clinical support" "Clinical tasks under the direction of a clinician."
* #licensed-clinical "Licensed clinical" "Clinical work under a licence of one's own."
* #prescriber "Prescriber" "Clinical work that includes orders and prescriptions."
* #administrative "Administrative" "Leading, running and auditing the programme."
* #system "System" "The work of a machine."

ValueSet: CnScopeClasses
Id: cn-scope-class
Title: "Scope class"
Description: "All of cn-scope-class."
* insert OurValueSet
* include codes from system CnScopeClass
