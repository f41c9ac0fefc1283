// Hands a person over from navigation to coordination, or back. https://hl7.org/fhir/R4/operations.html
Instance: Patient-handoff
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Patient-handoff, handoff, PatientHandoff)
* insert OnInstance(Patient)
* title = "Hand a person over"
* description = "Writes the hand-off task of a person with its summary: open tasks, barriers and consents are collected by the server."
* affectsState = true
* insert In(0, owner, 1, 1, Reference)
* parameter[0].documentation = "The role or the team that is asked to take the person over."
* insert In(1, carePlan, 0, 1, Reference)
* parameter[1].documentation = "The plan of the episode; the active one when absent."
* insert In(2, reason, 1, 1, string)
* parameter[2].documentation = "Why now."
* insert Out(3, return, 1, 1, Task)
* parameter[3].documentation = "The hand-off task, requested."
