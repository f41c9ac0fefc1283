// Search for roles by the network that they belong to. https://hl7.org/fhir/R4/search.html#reference
Instance: PractitionerRole-network
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(PractitionerRole, network, reference, PractitionerRoleNetwork)
* description = "The network that the practitioner belongs to in this role."
* expression = "PractitionerRole.extension.where(url = 'http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/network-reference').value.ofType(Reference)"
* target = #Organization
