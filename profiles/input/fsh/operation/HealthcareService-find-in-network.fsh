// Finds services of a network that fit a person. https://hl7.org/fhir/R4/operations.html
Instance: HealthcareService-find-in-network
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(HealthcareService-find-in-network, find-in-network, FindInNetwork)
* insert OnType(HealthcareService)
* title = "Find in network"
* description = "Services that do what is needed, best tier first, then nearest; those that nobody knows the tier of come last."
* affectsState = false
* insert In(0, service, 1, 1, Coding)
* parameter[0].documentation = "What is needed: a service type or a specialty."
* insert In(1, coverage, 0, 1, Reference)
* parameter[1].documentation = "The coverage whose networks count."
* insert In(2, near, 0, 1, string)
* parameter[2].documentation = "A place: latitude|longitude|distance|units."
* insert In(3, tier, 0, *, code)
* parameter[3].documentation = "Only these codes of cn-network-tier."
* insert In(4, accepting, 0, 1, boolean)
* parameter[4].documentation = "Only services that take new patients."
* insert In(5, language, 0, *, code)
* parameter[5].documentation = "Only services that speak one of these languages."
* insert In(6, access-need, 0, *, Coding)
* parameter[6].documentation = "Only services that meet these needs."
* insert Out(7, return, 1, 1, Bundle)
* parameter[7].documentation = "A searchset; each entry has the tier and, where known, the expected rate."
