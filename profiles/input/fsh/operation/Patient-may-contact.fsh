// Whether a person may be contacted. https://hl7.org/fhir/R4/operations.html
Instance: Patient-may-contact
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Patient-may-contact, may-contact, PatientMayContact)
* insert OnInstance(Patient)
* title = "Ask before contacting"
* description = "Says whether a person, or somebody close to them, may be contacted by a channel and at a time, as the contact-safety flags and the care team say."
* affectsState = false
* insert In(0, channel, 0, 1, code)
* parameter[0].documentation = "Code of cn-channel; whatever way when absent."
* insert In(1, at, 0, 1, dateTime)
* parameter[1].documentation = "When; now when absent."
* insert In(2, recipient, 0, 1, string)
* parameter[2].documentation = "RelatedPerson/[id] of somebody close to the person; the person when absent."
* insert In(3, topic, 0, 1, code)
* parameter[3].documentation = "Code of cn-query-topic: what somebody close to the person would be told about."
* insert Out(4, may, 1, 1, boolean)
* parameter[4].documentation = "Whether the contact may be made."
* insert Out(5, rule, 0, 1, code)
* parameter[5].documentation = "The rule that forbids it."
* insert Out(6, reason, 0, 1, string)
* parameter[6].documentation = "Why not, and what to do."
