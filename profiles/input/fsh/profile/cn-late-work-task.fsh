// Work that was promised and is late, brought to a supervisor as a Task. https://hl7.org/fhir/R4/task.html
Profile: CnLateWorkTask
Parent: Task
Id: cn-late-work-task
Title: "Late-work task"
Description: "The due date of a task has passed, or nobody has answered in time: a supervisor sees why, and that it is done."
* insert OurTask
* intent = #order
* code.coding[family].code = #late-work
* focus 1..1
* focus only Reference(Task)
* for 1..1
* authoredOn 1..1
* insert SlicedByType(input)
* input contains missed-promise 1..1 MS and missed-due 1..1 MS
* insert Parameter(input, missed-promise)
* input[missed-promise].value[x] only code or canonical
* insert Parameter(input, missed-due)
* input[missed-due].value[x] only dateTime
