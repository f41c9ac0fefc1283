// Picks the provider of an order, with the options that there were. https://hl7.org/fhir/R4/operations.html
Instance: ServiceRequest-decide-network
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(ServiceRequest-decide-network, decide-network, DecideNetwork)
* insert OnInstance(ServiceRequest)
* resource[1] = #DeviceRequest
* title = "Decide on the network"
* description = "Picks the provider of an order: what was looked at, the tier, the amounts and the estimated saving are recorded on the order and as an Observation, in one step. The server looks for the options and the rates itself. Whoever may record a network decision may decide, also for an order that somebody else has signed. The rule network-reason asks for a reason when the choice is outside the network or a better tier was there; network-order-open refuses an order that has ended."
* affectsState = true
* insert In(0, choice, 1, 1, Reference)
* parameter[0].documentation = "The service or organisation that is picked; it becomes the performer of the order."
* insert In(1, reason, 0, 1, CodeableConcept)
* parameter[1].documentation = "Why, with a code of cn-off-network-reason."
* insert In(2, coverage, 0, 1, Reference)
* parameter[2].documentation = "The coverage whose networks count; the first insurance of the order when absent."
* insert In(3, service, 0, *, Coding)
* parameter[3].documentation = "What is needed, as for find-in-network; the code and the categories of the order when absent."
* insert In(4, near, 0, 1, string)
* parameter[4].documentation = "As for find-in-network."
* insert In(5, accepting, 0, 1, boolean)
* parameter[5].documentation = "As for find-in-network."
* insert In(6, language, 0, *, code)
* parameter[6].documentation = "As for find-in-network."
* insert In(7, access-need, 0, *, Coding)
* parameter[7].documentation = "As for find-in-network."
* insert Out(8, return, 1, 1, Resource)
* parameter[8].documentation = "The order, with the decision."
