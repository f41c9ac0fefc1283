// Moves a task to another status, with what the move asks for. https://hl7.org/fhir/R4/operations.html
Instance: Task-transition
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Task-transition, transition, TaskTransition)
* insert OnInstance(Task)
* title = "Move a task"
* description = "Moves a task to another status and gives its reason, in one call that is checked as an update would be."
* affectsState = true
* insert In(0, status, 1, 1, code)
* parameter[0].documentation = "The status to move to."
* insert In(1, reason, 0, 1, CodeableConcept)
* parameter[1].documentation = "Why: needed when the task is rejected, cancelled, put on hold, failed or reopened."
* insert In(2, businessStatus, 0, 1, CodeableConcept)
* parameter[2].documentation = "How far a referral has come."
* insert In(3, output, 0, *, Reference)
* parameter[3].documentation = "What the work led to: needed when a task of ours is completed."
* insert Out(4, return, 1, 1, Task)
* parameter[4].documentation = "The task as it stands now."
