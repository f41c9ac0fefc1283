// Search for tasks by the organisation that they lie with. https://hl7.org/fhir/R4/search.html#reference
Instance: Task-for-organization
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(Task, for-organization, reference, TaskForOrganization)
* description = "The organisation that owns the task: the pool that it waits in."
* expression = "Task.owner.where(resolve() is Organization)"
* target = #Organization
