// Everything that happened to a person, in the order of time. https://hl7.org/fhir/R4/operations.html
Instance: Patient-timeline
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Patient-timeline, timeline, PatientTimeline)
* insert OnInstance(Patient)
* title = "Timeline of a person"
* description = "Tasks, requests, visits, contacts and documents of a person, newest first, in pages."
* affectsState = false
* insert In(0, start, 0, 1, date)
* parameter[0].documentation = "The first day."
* insert In(1, end, 0, 1, date)
* parameter[1].documentation = "The last day."
* insert In(2, episode, 0, 1, string)
* parameter[2].documentation = "The identifier of one episode."
* insert In(3, _count, 0, 1, integer)
* parameter[3].documentation = "How many entries a page has."
* insert Out(4, return, 1, 1, Bundle)
* parameter[4].documentation = "A searchset."
