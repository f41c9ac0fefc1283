// The enrolment of a person in one programme. https://hl7.org/fhir/R4/episodeofcare.html
Profile: CnProgramEnrolment
Parent: EpisodeOfCare
Id: cn-program-enrolment
Title: "Programme enrolment"
Description: "From when to when a person takes part in one programme, who runs it, and on which visit and consent it rests."
* obeys cn-ep-1
* identifier and status and statusHistory and patient and managingOrganization and period and careManager and team and referralRequest MS
* type 1..* MS
* insert SlicedByPattern(type)
* type contains programme 1..1 MS
* type[programme] ^patternCodeableConcept.coding.system = "$CB/CodeSystem/cn-programme"
* type[programme] from CnProgrammes (required)
* managingOrganization 1..1
* careManager only Reference(PractitionerRole)
* extension contains
    InitiatingVisit named initiating-visit 0..1 MS and
    BillingPractitioner named billing-practitioner 0..1 MS and
    ProgrammeConsent named programme-consent 0..1 MS and
    Programme named programme 0..1

Invariant: cn-ep-1
Description: "An active enrolment has begun: give period.start."
Severity: #error
Expression: "status = 'active' implies period.start.exists()"
