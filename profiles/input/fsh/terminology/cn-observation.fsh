// What an observation of ours records, where no other system has a word. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnObservation
Id: cn-observation
Title: "Observation"
Description: "What an observation of ours records, where no other system has a word."
* insert OurCodeSystem
* #network-decision "Network decision" "Which provider was picked for an order, and out of which options."
* #options-count "Options" "How many providers were looked at."
* #lowest-allowed-amount "Lowest allowed amount" "What the cheapest of the options is expected to cost."
* #chosen-allowed-amount "Allowed amount of the choice" "What the provider that was picked is expected to cost."
* #reference-amount "Reference amount" "What the service costs without the network."
* #reason-off-network "Reason" "Why a provider outside the network was picked."
* #estimated-saving "Estimated saving" "The reference amount less the amount of the choice, before any claim is paid."
* #adjudicated-saving "Adjudicated saving" "The reference amount less what the plan allowed when the claim was paid; never an estimate."
* #adjudicated-allowed-amount "Adjudicated allowed amount" "What the plan allowed when the claim was paid."
* #satisfaction-score "Satisfaction" "How content a person is with the help, from 5 to 25."
