// Search for requests by the tier of the provider that was picked. https://hl7.org/fhir/R4/search.html#token
Instance: ServiceRequest-network-tier
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(ServiceRequest, network-tier, token, ServiceRequestNetworkTier)
* description = "How the provider that the network decision picked stands to the network of the plan."
* expression = "ServiceRequest.extension.where(url = '$CB/StructureDefinition/network-decision').extension.where(url = 'tier').value.ofType(CodeableConcept)"
