// Tells a task as another guide asks for it. https://hl7.org/fhir/R4/operations.html
Instance: Task-view
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Task-view, view, TaskView)
* insert OnInstance(Task)
* title = "View a task as another guide"
* description = "The same task in the terms of another guide: its profile, its statuses, its business statuses. A task that the guide has no way to tell is answered with 422."
* affectsState = false
* insert In(0, guide, 1, 1, code)
* parameter[0].documentation = "Which guide: gravity, bser or cow."
* insert Out(1, return, 1, 1, Task)
* parameter[1].documentation = "The task as the guide has it; it is not stored."
