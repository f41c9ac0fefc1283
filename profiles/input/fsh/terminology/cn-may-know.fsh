// What somebody close to the person may be told. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnMayKnow
Id: cn-may-know
Title: "May know"
Description: "What somebody close to the person may be told."
* insert OurCodeSystem
* #appointments "Appointments" "When and where visits are."
* #transport "Transport" "Rides to visits."
* #barriers "Barriers" "What stands between the person and their care."
* #care-plan "Care plan" "What is planned, and what it costs."
* #health-information "Health information" "Everything about the health of the person."
* #nothing "Nothing" "Nothing, whatever else is said."

ValueSet: CnMayKnowCodes
Id: cn-may-know
Title: "May know"
Description: "All of cn-may-know."
* insert OurValueSet
* include codes from system CnMayKnow
