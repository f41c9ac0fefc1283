// The request to stop work that somebody else has under way, as a Task. https://hl7.org/fhir/R4/task.html
Profile: CnCancellationTask
Parent: Task
Id: cn-cancellation-task
Title: "Cancellation task"
Description: "The requester of work that is under way asks whoever does it to stop; only its owner cancels the work itself."
* ^purpose = "COW cancellation-request-task"
* insert OurTask
* obeys cn-ca-1
* intent = #order
* code.coding[family].code = #cancellation
* focus 1..1
* focus only Reference(Task or ServiceRequest or DeviceRequest or MedicationRequest or Appointment)
* for 1..1
* authoredOn 1..1
* requester 1..1
* reasonCode 1..1 MS

Invariant: cn-ca-1
Description: "A cancellation task asks to stop: add the code abort of task-code."
Severity: #error
Expression: "code.coding.where(system = 'http://hl7.org/fhir/CodeSystem/task-code' and code = 'abort').exists()"
