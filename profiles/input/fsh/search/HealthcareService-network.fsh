// Search for services by the network that they belong to. https://hl7.org/fhir/R4/search.html#reference
Instance: HealthcareService-network
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(HealthcareService, network, reference, HealthcareServiceNetwork)
* description = "The network that the service belongs to."
* expression = "HealthcareService.extension.where(url = 'http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/network-reference').value.ofType(Reference)"
* target = #Organization
