// Search for open tasks by the time at which they are due: finished ones have no value, so that what is late is read first.
// https://hl7.org/fhir/R4/search.html#date
Instance: Task-open-due
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(Task, open-due, date, TaskOpenDue)
* description = "When a task that is still open is due: the end of the restriction period, until the task is finished. Before now: it is overdue."
* expression = "Task.where(status in ('draft' | 'requested' | 'received' | 'accepted' | 'ready' | 'in-progress' | 'on-hold')).restriction.period.end"
