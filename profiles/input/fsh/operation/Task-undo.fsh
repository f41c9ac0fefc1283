// Takes the last change of a task back. https://hl7.org/fhir/R4/operations.html
Instance: Task-undo
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Task-undo, undo, TaskUndo)
* insert OnInstance(Task)
* title = "Take back the last change of a task"
* description = "Takes back the caller's own change that made the present version of a task, for ten seconds, with everything that followed from it: what was changed gets the content that it had before, what was made is deleted, and all of it stays in the history. When it is too late, the change was somebody else's, or something of it has been changed since, the answer is 409 and says what to do instead; when If-Match names another version than the present one, 412. Nothing is changed then."
* affectsState = true
* insert Out(0, return, 0, 1, Task)
* parameter[0].documentation = "The task as it stands now. When the change had made it, there is none: 204."
