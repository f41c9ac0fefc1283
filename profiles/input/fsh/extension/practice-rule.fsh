// One row of the scope of practice: which roles may make which moves with which tasks. https://hl7.org/fhir/R4/extensibility.html
Extension: PracticeRule
Id: practice-rule
Title: "Practice rule"
Description: "One row of the scope of practice: which roles may make which moves with which tasks, and the sentence that refuses the others."
Context: Basic
* extension contains
    name 1..1 and
    task 1..* and
    except 0..* and
    move 1..* and
    may 0..* and
    may-not 0..* and
    co-sign 0..* and
    sentence 1..1
* extension[name] ^short = "Stable name, which refusals carry"
* extension[name].value[x] 1..1
* extension[name].value[x] only code
* extension[task] ^short = "Code of cn-task-code, or a group of them"
* extension[task].value[x] 1..1
* extension[task].value[x] only code
* extension[task].value[x] from CnPracticeTasks (required)
* extension[except] ^short = "Code of cn-task-code that the rule is not about, though its group is named"
* extension[except].value[x] 1..1
* extension[except].value[x] only code
* extension[except].value[x] from CnPracticeTasks (required)
* extension[move] ^short = "What is done with the task"
* extension[move].value[x] 1..1
* extension[move].value[x] only code
* extension[move].value[x] from CnPracticeMoves (required)
* extension[may] ^short = "Role that may; with one of them named, all others may not"
* extension[may].value[x] 1..1
* extension[may].value[x] only code
* extension[may].value[x] from CnRoles (required)
* extension[may-not] ^short = "Role that may not; all others may"
* extension[may-not].value[x] 1..1
* extension[may-not].value[x] only code
* extension[may-not].value[x] from CnRoles (required)
* extension[co-sign] ^short = "Role that may once a clinician who may has co-signed the task"
* extension[co-sign].value[x] 1..1
* extension[co-sign].value[x] only code
* extension[co-sign].value[x] from CnRoles (required)
* extension[sentence] ^short = "Why not, and the way out"
* extension[sentence].value[x] 1..1
* extension[sentence].value[x] only string
