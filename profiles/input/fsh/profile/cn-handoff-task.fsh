// The hand-off of a person from navigation to coordination, or back, as a Task. https://hl7.org/fhir/R4/task.html
Profile: CnHandoffTask
Parent: Task
Id: cn-handoff-task
Title: "Hand-off task"
Description: "One side asks the other to take a person over, with a summary; until it is accepted the sender stays responsible."
* insert OurTask
* obeys cn-ho-1 and cn-ho-2
* code.coding[family] from CnHandoffTaskCodes (required)
* focus only Reference(CarePlan)
* requester only Reference(PractitionerRole)
* owner only Reference(PractitionerRole or Organization or CareTeam or HealthcareService)
* insert SlicedByType(input)
* input contains
    handoff-summary 0..* MS and
    open-task 0..* MS and
    barrier 0..* MS and
    consent 0..* MS
* insert Parameter(input, handoff-summary)
* input[handoff-summary].value[x] only Reference(Composition or DocumentReference)
* insert Parameter(input, open-task)
* input[open-task].value[x] only Reference(Task)
* insert Parameter(input, barrier)
* input[barrier].value[x] only Reference(Condition)
* insert Parameter(input, consent)
* input[consent].value[x] only Reference(Consent)
* insert SlicedByType(output)
* output contains acceptance-note 0..* MS
* insert Parameter(output, acceptance-note)
* output[acceptance-note].value[x] only string or markdown or Annotation or Reference(Communication or DocumentReference)

Invariant: cn-ho-1
Description: "A hand-off carries a summary: give an input of type handoff-summary."
Severity: #error
Expression: "input.where(type.coding.where(code = 'handoff-summary').exists()).exists()"

Invariant: cn-ho-2
Description: "A hand-off crosses a boundary: give requester and owner, and they must differ."
Severity: #error
Expression: "requester.exists() and owner.exists() and (requester.reference != owner.reference)"

ValueSet: CnHandoffTaskCodes
Id: cn-handoff-task-code
Title: "Hand-off task codes"
Description: "The codes of cn-task-code that pass the responsibility for a person."
* insert OurValueSet
* CnTaskCode#handoff
* CnTaskCode#hand-back
