// Services of the programme itself. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnService
Id: cn-service
Title: "Service"
Description: "Services of the programme itself."
* insert OurCodeSystem
* #navigation-service "Navigation" "Help by a navigator on the way to care."
