// Everything that happened to a person, in the order of time. https://hl7.org/fhir/R4/operations.html
Instance: Patient-timeline
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Patient-timeline, timeline, PatientTimeline)
* insert OnInstance(Patient)
* title = "Timeline of a person"
* description = "What happened to a person, the newest first, in pages that join: tasks, requests, visits, contacts, documents, forms, plans and enrolments, barriers (Condition), work entries and network decisions (Observation), as far as the caller may see them. Each stands at its own date (when it was asked for, sent, recorded, or began), or at that of its last version where it has none. Visits that are planned come first."
* affectsState = false
* insert In(0, start, 0, 1, date)
* parameter[0].documentation = "The first day, or an instant."
* insert In(1, end, 0, 1, date)
* parameter[1].documentation = "The last day, or an instant."
* insert In(2, episode, 0, 1, string)
* parameter[2].documentation = "The identifier of one episode, its value alone or as system|value: only what carries it, or refers to what does."
* insert In(3, _count, 0, 1, integer)
* parameter[3].documentation = "How many entries a page has, at most 1000; 50 when nothing is said."
* insert Out(4, return, 1, 1, Bundle)
* parameter[4].documentation = "A searchset."
