// Search for tasks by the role that is to do them. https://hl7.org/fhir/R4/search.html#token
Instance: Task-performer-class
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(Task, performer-class, token, TaskPerformerClass)
* description = "The role that is to do the task."
* expression = "Task.performerType"
