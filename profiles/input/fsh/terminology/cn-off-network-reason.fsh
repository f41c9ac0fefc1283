// Why a provider outside the network was picked. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnOffNetworkReason
Id: cn-off-network-reason
Title: "Off-network reason"
Description: "Why a provider outside the network was picked."
* insert OurCodeSystem
* #no-capacity "No capacity" "No provider of the network had room in time."
* #distance "Distance" "Every provider of the network is too far away."
* #patient-choice "Patient choice" "The person chose this provider."
* #continuity-of-care "Continuity of care" "The person is already treated by this provider."
* #specialised-need "Specialised need" "No provider of the network does what is needed."
* #language "Language" "No provider of the network speaks the language."
* #urgent "Urgent" "There was no time to look for another provider."
* #network-data-wrong "Network data wrong" "The directory of the network was not right."
* #not-available "Not available" "The service is not offered within the network."

ValueSet: CnOffNetworkReasons
Id: cn-off-network-reason
Title: "Off-network reason"
Description: "All of cn-off-network-reason."
* insert OurValueSet
* include codes from system CnOffNetworkReason
