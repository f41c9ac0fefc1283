// The review of the report that answers a referral, as a Task that a closing-the-loop measure can read. https://hl7.org/fhir/R4/task.html
Profile: CnLoopClosureTask
Parent: Task
Id: cn-loop-closure-task
Title: "Loop-closure task"
Description: "The report of the consultation was received and reviewed by the requester."
* ^purpose = "the public measure CMS50, closing the referral loop"
* insert OurTask
* obeys cn-lc-1 and cn-lc-2
* code.coding contains consult-report 1..1 MS
* code.coding[consult-report].system 1..1
* code.coding[consult-report].system = "http://loinc.org"
* code.coding[consult-report].code 1..1
* code.coding[consult-report] from CnConsultReports (extensible)
* code.coding[family].code = #loop-closure
* basedOn 1..* MS
* insert SlicedByType(output)
* output contains consult-note 0..* MS and result 0..* MS
* insert Parameter(output, consult-note)
* output[consult-note].value[x] only Reference(DocumentReference or DiagnosticReport or Composition)
* insert Parameter(output, result)
* output[result].value[x] only Reference(DiagnosticReport or Observation or DocumentReference)
* executionPeriod MS

Invariant: cn-lc-1
Description: "A loop-closure task names the referral that it closes: give basedOn with a ServiceRequest."
Severity: #error
Expression: "basedOn.where(reference.matches('^(.*/)?ServiceRequest/.*')).exists()"

Invariant: cn-lc-2
Description: "A completed loop closure has the report: give an output that references it."
Severity: #error
Expression: "status = 'completed' implies output.value.ofType(Reference).exists()"

ValueSet: CnConsultReports
Id: cn-consult-report
Title: "Consultation reports"
Description: "LOINC codes of the notes that answer a referral; codes only."
* insert OurValueSet
* $loinc#11488-4
* $loinc#34099-2
* $loinc#34788-0
* $loinc#34785-6
* $loinc#34760-9
* $loinc#34879-7
* $loinc#34103-2
* $loinc#34781-5
* $loinc#34841-7
* $loinc#34800-3
