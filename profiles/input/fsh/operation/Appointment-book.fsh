// Books a visit in its slots, or not at all. https://hl7.org/fhir/R4/operations.html
Instance: Appointment-book
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Appointment-book, book, AppointmentBook)
* insert OnType(Appointment)
* title = "Book a visit"
* description = "Takes the slots of a visit and stores it as booked, in one step. When somebody else was faster the answer is 409 with the rule slot-taken, it names the next free slots, and nothing is stored."
* affectsState = true
* insert In(0, appt-resource, 1, 1, Appointment)
* parameter[0].documentation = "The visit, as $find proposes it. One with an id is one that is stored: it is booked as it stands here."
* insert In(1, patient, 0, 1, Reference)
* parameter[1].documentation = "Who is to be seen, when the visit does not name them."
* insert In(2, interpreter-language, 0, 1, CodeableConcept)
* parameter[2].documentation = "The language of an interpreter; the one of the patient's record when it says that they need one and the practice does not speak it."
* insert In(3, transport, 0, 1, CodeableConcept)
* parameter[3].documentation = "The ride that the person needs."
* insert In(4, rescheduled-from, 0, 1, Reference)
* parameter[4].documentation = "The visit whose place it takes, once: it is cancelled unless it has ended, and its slots are free again."
* insert In(5, reason, 0, 1, CodeableConcept)
* parameter[5].documentation = "Why that one is called off."
* insert In(6, comment, 0, 1, string)
* parameter[6].documentation = "A comment for the visit."
* insert Out(7, return, 1, 1, Appointment)
* parameter[7].documentation = "The visit, booked."
