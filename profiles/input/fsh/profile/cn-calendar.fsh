// The business days of an organisation, as a service that says when it is closed. https://hl7.org/fhir/R4/healthcareservice.html
Profile: CnCalendar
Parent: HealthcareService
Id: cn-calendar
Title: "Calendar"
Description: "When an organisation works: Monday to Friday in its time zone (the timezone extension of FHIR), without the days on which it is closed. It holds for its parts too."
* active 1..1 MS
* category 1..* MS
* insert SlicedByPattern(category)
* category contains calendar 1..1 MS
* category[calendar] = CnCategory#calendar
* providedBy 1..1 MS
* notAvailable MS
* notAvailable.during 1..1 MS
* notAvailable.during.start 1..1 MS
