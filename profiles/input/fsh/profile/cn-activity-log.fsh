// Minutes of work, one entry a stretch of time. https://hl7.org/fhir/R4/observation.html
Profile: CnActivityLog
Parent: Observation
Id: cn-activity-log
Title: "Work entry"
Description: "Who worked for whom, at what, from when to when: the minutes that a programme is billed by."
* obeys cn-al-1 and cn-al-2
* status MS
* category 1..* MS
* insert SlicedByPattern(category)
* category contains activity 1..1 MS
* category[activity] = CnCategory#cn-activity
* code MS
* code from CnActivityTypes (required)
* subject 1..1 MS
* subject only Reference(Patient)
* focus MS
* focus only Reference(Task)
* effective[x] 1..1 MS
* effective[x] only Period
* effectivePeriod.start 1..1
* effectivePeriod.end 1..1
* performer 1..1 MS
* performer only Reference(PractitionerRole)
* value[x] 1..1 MS
* value[x] only Quantity
* component 0..0
* extension contains
    Programme named programme 0..1 MS and
    ProgrammeConsent named programme-consent 0..1 MS and
    SupervisingPractitioner named supervising-practitioner 0..1 MS

Invariant: cn-al-1
Description: "A work entry counts minutes: give valueQuantity above zero with the code min."
Severity: #error
Expression: "value.ofType(Quantity).exists() and value.ofType(Quantity).value > 0 and value.ofType(Quantity).code = 'min'"

Invariant: cn-al-2
Description: "Work does not end before it starts: the start of effectivePeriod must not be later than its end."
Severity: #error
Expression: "effective.ofType(Period).start <= effective.ofType(Period).end"
