// A visit that a navigator books, moves and confirms. https://hl7.org/fhir/R4/appointment.html
Profile: CnAppointment
Parent: Appointment
Id: cn-appointment
Title: "Appointment"
Description: "A booking with all that it takes to be kept: interpreter, transport, access needs."
* obeys cn-ap-1 and cn-ap-2 and cn-ap-3 and cn-ap-4
* status and cancelationReason and serviceCategory and serviceType and specialty and appointmentType and reasonReference MS
* priority and start and end and minutesDuration and slot and created and comment and patientInstruction and basedOn MS
* requestedPeriod and participant and participant.actor and participant.type and participant.required and participant.status MS
* insert SlicedByPattern(serviceCategory)
* serviceCategory contains kind 0..1 MS
* serviceCategory[kind] = CnCategory#appointment
* insert SlicedByType(participant)
* participant contains performer 0..* MS and location 0..* MS and interpreter 0..* MS and transport 0..* MS
* participant[performer].type = $v3-ParticipationType#PPRF
* participant[performer].actor only Reference(Practitioner or PractitionerRole or HealthcareService)
* participant[location].type = $v3-ParticipationType#LOC
* participant[location].actor only Reference(Location)
* participant[interpreter].type = $participant-type#translator
* participant[interpreter].actor only Reference(Practitioner or PractitionerRole or HealthcareService or RelatedPerson)
* participant[transport].type = CnParticipantType#transport
* participant[transport].actor only Reference(HealthcareService or PractitionerRole or Practitioner or RelatedPerson)
* extension contains
    AccessNeeds named access-needs 0..1 MS and
    VirtualService named virtual-service 0..* MS and
    NetworkTier named network-tier 0..1 MS and
    RescheduledFrom named rescheduled-from 0..1 MS and
    FirstContact named first-contact 0..1 MS

Invariant: cn-ap-1
Description: "An appointment is for exactly one patient: give one participant whose actor is a Patient."
Severity: #error
Expression: "participant.where(actor.reference.matches('^(.*/)?Patient/.*')).count() = 1"

Invariant: cn-ap-2
Description: "An appointment that is booked, or was kept or missed, has a time: give start and end."
Severity: #error
Expression: "(status in ('booked'|'checked-in'|'arrived'|'fulfilled'|'noshow')) implies (start.exists() and end.exists())"

Invariant: cn-ap-3
Description: "A cancelled appointment says why: give cancelationReason."
Severity: #error
Expression: "status = 'cancelled' implies cancelationReason.exists()"

Invariant: cn-ap-4
Description: "An appointment does not end before it starts: start must not be later than end."
Severity: #error
Expression: "(start.exists() and end.exists()) implies start <= end"
