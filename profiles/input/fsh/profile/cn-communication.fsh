// A call, a message or a meeting with a person or about a person. https://hl7.org/fhir/R4/communication.html
Profile: CnCommunication
Parent: Communication
Id: cn-communication
Title: "Contact"
Description: "A call, a message or a meeting: who with whom, by which way, whether both could speak, and what came of it."
* obeys cn-cm-1
* status and statusReason and medium and subject and topic and about and encounter and sent and received MS
* recipient and sender and reasonReference and payload MS
* category 1..* MS
* insert SlicedByPattern(category)
* category contains contact 1..1 MS
* category[contact] = CnCategory#contact
* topic from CnQueryTopics (extensible)
* subject 1..1
* subject only Reference(Patient)
* extension contains
    Direction named direction 1..1 MS and
    Channel named channel 0..1 MS and
    ContactOutcome named contact-outcome 0..1 MS and
    Interactive named interactive 0..1 MS

Invariant: cn-cm-1
Description: "A contact that took place has a time: give sent or received."
Severity: #error
Expression: "status = 'completed' implies (sent.exists() or received.exists())"
