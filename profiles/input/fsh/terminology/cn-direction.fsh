// Where a contact comes from. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnDirection
Id: cn-direction
Title: "Direction"
Description: "Where a contact comes from."
* insert OurCodeSystem
* #inbound "Inbound" "It came to the programme."
* #outbound "Outbound" "It went out from the programme."

ValueSet: CnDirections
Id: cn-direction
Title: "Direction"
Description: "All of cn-direction."
* insert OurValueSet
* include codes from system CnDirection
