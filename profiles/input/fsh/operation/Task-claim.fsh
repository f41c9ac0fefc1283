// Takes a task out of a pool, once. https://hl7.org/fhir/R4/operations.html
Instance: Task-claim
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Task-claim, claim, TaskClaim)
* insert OnInstance(Task)
* title = "Claim a task"
* description = "Takes a task that lies in a pool: it is accepted, or stays ready, and belongs to the caller. When somebody else was first, the answer is 409 and names them; when If-Match names another version than the present one, 412. The task stays as it is then."
* affectsState = true
* insert In(0, owner, 0, 1, Reference)
* parameter[0].documentation = "The role in which the task is taken; the caller's own when absent. Only a supervisor names somebody else."
* insert Out(1, return, 1, 1, Task)
* parameter[1].documentation = "The task as it stands now."
