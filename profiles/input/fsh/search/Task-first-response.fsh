// Search for inbound questions by the time of the first human answer. https://hl7.org/fhir/R4/search.html#date
Instance: Task-first-response
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(Task, first-response, date, TaskFirstResponse)
* description = "When a human being first answered an inbound question."
* expression = "Task.extension.where(url = '$CB/StructureDefinition/first-response').value.ofType(dateTime)"
