// Finds visits that could be booked. https://hl7.org/fhir/R4/operations.html
Instance: Appointment-find
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Appointment-find, find, AppointmentFind)
* insert OnType(Appointment)
* title = "Find visits to book"
* description = "Free slots as proposed appointments, the earliest first; nothing is stored. Parameters are those of the Argonaut scheduling guide where it has them."
* affectsState = false
* insert In(0, start, 0, 1, dateTime)
* parameter[0].documentation = "From when; now when absent."
* insert In(1, end, 0, 1, dateTime)
* parameter[1].documentation = "Until when, a day to its end; four weeks after the start when absent."
* insert In(2, service-type, 0, *, Coding)
* parameter[2].documentation = "Only slots for one of these services; a coding without a code is compared by its words."
* insert In(3, specialty, 0, *, Coding)
* parameter[3].documentation = "Only slots of one of these specialties."
* insert In(4, visit-type, 0, *, Coding)
* parameter[4].documentation = "Only slots for one of these kinds of visits, or for any."
* insert In(5, practitioner, 0, *, Reference)
* parameter[5].documentation = "Only schedules of one of these practitioners or roles."
* insert In(6, organization, 0, *, Reference)
* parameter[6].documentation = "Only schedules of roles, services and places of these organisations."
* insert In(7, location, 0, *, Reference)
* parameter[7].documentation = "Only schedules of one of these places."
* insert In(8, healthcare-service, 0, *, Reference)
* parameter[8].documentation = "Only schedules of one of these services."
* insert In(9, patient, 0, 1, Reference)
* parameter[9].documentation = "Who is to be seen: times at which they have another visit are left out."
* insert In(10, _count, 0, 1, integer)
* parameter[10].documentation = "How many at most; 50 when absent, and never more."
* insert Out(11, return, 1, 1, Bundle)
* parameter[11].documentation = "A searchset of appointments with status proposed. An OperationOutcome says when there may be more."
