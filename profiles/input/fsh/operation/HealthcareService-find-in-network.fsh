// Finds services of a network that fit a person. https://hl7.org/fhir/R4/operations.html
Instance: HealthcareService-find-in-network
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(HealthcareService-find-in-network, find-in-network, FindInNetwork)
* insert OnType(HealthcareService)
* title = "Find in network"
* description = "Services that do what is needed, best tier first, then nearest, then by name; those that nobody knows the tier of come last. Directory and rates are read as the caller may see them."
* affectsState = false
* insert In(0, service, 1, *, Coding)
* parameter[0].documentation = "What is needed: service types or specialties, any of them. The rate told is that of the first that has one, so the most exact comes first."
* insert In(1, coverage, 0, 1, Reference)
* parameter[1].documentation = "The coverage whose networks count, by the plans of its payor and the networks that are part of it. Without one every network counts."
* insert In(2, near, 0, 1, string)
* parameter[2].documentation = "A place: latitude|longitude|distance|units. With a distance only services within it."
* insert In(3, tier, 0, *, code)
* parameter[3].documentation = "Only these codes of cn-network-tier."
* insert In(4, accepting, 0, 1, boolean)
* parameter[4].documentation = "Only services that say that they take new patients (Plan-Net newpatients)."
* insert In(5, language, 0, *, code)
* parameter[5].documentation = "Only services that speak one of these languages (HealthcareService.communication)."
* insert In(6, access-need, 0, *, Coding)
* parameter[6].documentation = "Only services that meet all of these needs (Plan-Net accessibility, at the service or its place)."
* insert In(7, _count, 0, 1, integer)
* parameter[7].documentation = "How many at most; 20 when absent, never more than 100."
* insert Out(8, return, 1, 1, Bundle)
* parameter[8].documentation = "A searchset; each match has a score and the extension network-option. Its organisation and places come with it. An OperationOutcome says when not all of the directory was looked at."
