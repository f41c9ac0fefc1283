// Search for appointments by what the person needs to come and to be understood. https://hl7.org/fhir/R4/search.html#token
Instance: Appointment-access-need
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(Appointment, access-need, token, AppointmentAccessNeed)
* description = "What the person needs: the language of an interpreter, a mobility aid, a ride."
* expression = "Appointment.extension.where(url = '$CB/StructureDefinition/access-needs').extension.value.ofType(CodeableConcept)"
