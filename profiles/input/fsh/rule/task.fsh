// What holds for every Task of ours, whoever does it. https://hl7.org/fhir/R4/task.html
RuleSet: AnyTask
* obeys cn-t-1 and cn-t-2 and cn-t-3 and cn-t-4 and cn-t-6
* identifier and groupIdentifier and status and statusReason and businessStatus and intent and priority MS
* description and focus and for and authoredOn and lastModified and requester and owner and restriction.period MS
* input and output and note MS
* groupIdentifier.system 1..1
* groupIdentifier.system = "$CB/identifier/episode"
* groupIdentifier.value 1..1
* code 1..1 MS

// What holds for every Task that navigation and coordination are made of: one code says which work it is.
RuleSet: OurTask
* insert AnyTask
* obeys cn-t-5
* insert SlicedBySystem(code.coding)
* code.coding ^slicing.description = "One coding from cn-task-code says what the task is about; cn-t-5 holds that there is no second one."
* code.coding contains family 1..* MS
* code.coding[family].system 1..1
* code.coding[family].system = Canonical(CnTaskCode)
* code.coding[family].code 1..1

// A typed input or output. https://hl7.org/fhir/R4/task-definitions.html#Task.input
RuleSet: Parameter(element, name)
* {element}[{name}].type = CnTaskParameter#{name}

Invariant: cn-t-1
Description: "A task that is rejected, cancelled, on hold or failed says why: give statusReason."
Severity: #error
Expression: "(status in ('rejected'|'cancelled'|'on-hold'|'failed')) implies statusReason.exists()"

Invariant: cn-t-2
Description: "A completed task says when the work ended: give executionPeriod.end."
Severity: #error
Expression: "status = 'completed' implies executionPeriod.end.exists()"

Invariant: cn-t-3
Description: "A task that is accepted, in progress or completed belongs to somebody: give owner."
Severity: #error
Expression: "(status in ('accepted'|'in-progress'|'completed')) implies owner.exists()"

Invariant: cn-t-4
Description: "A task is not modified before it is authored: lastModified must not be earlier than authoredOn."
Severity: #error
Expression: "(lastModified.exists() and authoredOn.exists()) implies lastModified >= authoredOn"

Invariant: cn-t-5
Description: "A task has exactly one code from cn-task-code: keep the one that names the work."
Severity: #error
Expression: "code.coding.where(system = '$CB/CodeSystem/cn-task-code').count() = 1"

Invariant: cn-t-6
Description: "An urgent, asap or stat task has a due date: give restriction.period.end."
Severity: #error
Expression: "(priority.exists() and priority in ('urgent'|'asap'|'stat')) implies restriction.period.end.exists()"

Invariant: cn-t-7
Description: "A completed task has an outcome: give at least one output."
Severity: #error
Expression: "status = 'completed' implies output.exists()"
