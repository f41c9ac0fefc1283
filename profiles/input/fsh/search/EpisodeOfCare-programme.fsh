// Search for enrolments by their programme. https://hl7.org/fhir/R4/search.html#token
Instance: EpisodeOfCare-programme
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(EpisodeOfCare, programme, token, EpisodeOfCareProgramme)
* description = "The programme that the enrolment belongs to: a code of cn-programme in its type, or in its extension programme."
* expression = "EpisodeOfCare.extension.where(url = '$CB/StructureDefinition/programme').value.ofType(code) | EpisodeOfCare.type.coding.where(system = '$CB/CodeSystem/cn-programme')"
