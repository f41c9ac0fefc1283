// Search for tasks by the time at which they are due. https://hl7.org/fhir/R4/search.html#date
Instance: Task-due
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(Task, due, date, TaskDue)
* description = "When the task is due: the end of the restriction period."
* expression = "Task.restriction.period.end"
