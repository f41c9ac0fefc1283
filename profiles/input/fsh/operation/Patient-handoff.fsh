// Hands a person over from navigation to coordination, or back. https://hl7.org/fhir/R4/operations.html
Instance: Patient-handoff
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Patient-handoff, handoff, PatientHandoff)
* insert OnInstance(Patient)
* title = "Hand a person over"
* description = "Writes the hand-off task of a person with its summary: what the caller may see of open tasks, barriers, goals, consents, contact safety, language, natural supports, network decisions and next visits is collected by the server. What is missing is refused as a whole."
* affectsState = true
* insert In(0, owner, 1, 1, Reference)
* parameter[0].documentation = "The role, the team or the pool that is asked to take the person over."
* insert In(1, carePlan, 0, 1, Reference)
* parameter[1].documentation = "The plan of the episode; the active one when absent."
* insert In(2, reason, 1, 1, string)
* parameter[2].documentation = "Why now."
* insert In(3, direction, 0, 1, code)
* parameter[3].documentation = "The side that is asked: coordination (the default), or navigation to hand back."
* insert In(4, urgent, 0, 1, boolean)
* parameter[4].documentation = "Whether it is due within the hour and not within one business day."
* insert In(5, note, 0, 1, string)
* parameter[5].documentation = "What else the other side should know."
* insert Out(6, return, 1, 1, Task)
* parameter[6].documentation = "The hand-off task, requested."
