// Search for enrolments by their programme. https://hl7.org/fhir/R4/search.html#token
Instance: EpisodeOfCare-programme
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(EpisodeOfCare, programme, token, EpisodeOfCareProgramme)
* description = "The programme that the enrolment belongs to."
* expression = "EpisodeOfCare.extension.where(url = '$CB/StructureDefinition/programme').value.ofType(code)"
