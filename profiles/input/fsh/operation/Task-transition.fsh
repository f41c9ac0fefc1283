// Moves a task to another status, with what the move asks for. https://hl7.org/fhir/R4/operations.html
Instance: Task-transition
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Task-transition, transition, TaskTransition)
* insert OnInstance(Task)
* title = "Move a task"
* description = "Moves a task to another status and gives its reason, in one call that is checked as an update would be. The server tells when work began and ended."
* affectsState = true
* insert In(0, status, 1, 1, code)
* parameter[0].documentation = "The status to move to."
* insert In(1, reason, 0, 1, CodeableConcept)
* parameter[1].documentation = "Why: needed when the task is rejected, cancelled, put on hold, failed or reopened."
* insert In(2, businessStatus, 0, 1, CodeableConcept)
* parameter[2].documentation = "How far a referral has come, instead of what was told before; when absent, the code of the referral machine that goes with the status."
* parameter[3].name = #output
* parameter[3].use = #in
* parameter[3].min = 0
* parameter[3].max = "*"
* parameter[3].documentation = "What the work led to: needed when a task of ours is completed. A value alone, such as a valueReference or a valueString, is given a type by what it is."
* parameter[3].part[0].name = #type
* parameter[3].part[0].use = #in
* parameter[3].part[0].min = 0
* parameter[3].part[0].max = "1"
* parameter[3].part[0].type = #CodeableConcept
* parameter[3].part[0].documentation = "What it is, from cn-task-parameter or a system of the caller's."
* parameter[3].part[1].name = #value
* parameter[3].part[1].use = #in
* parameter[3].part[1].min = 1
* parameter[3].part[1].max = "1"
* parameter[3].part[1].type = #Element
* parameter[3].part[1].documentation = "Any value that Task.output may have."
* insert Out(4, return, 1, 1, Task)
* parameter[4].documentation = "The task as it stands now."
