// Search for minutes of work by their programme. https://hl7.org/fhir/R4/search.html#token
Instance: Observation-programme
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(Observation, programme, token, ObservationProgramme)
* description = "The programme that the observation, such as minutes of work, belongs to."
* expression = "Observation.extension.where(url = '$CB/StructureDefinition/programme').value.ofType(code)"
