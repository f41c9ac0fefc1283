// The qualification that an owner needs for the tasks of a practice rule. https://hl7.org/fhir/R4/extensibility.html
Extension: PracticeRequirement
Id: practice-requirement
Title: "Practice requirement"
Description: "The qualifications of which an owner in a role needs one that has not run out, for the tasks of a practice rule."
Context: Basic
* extension contains
    role 1..* and
    qualification 1..* and
    when-recorded 0..1
* extension[role] ^short = "Role that is held to it"
* extension[role].value[x] 1..1
* extension[role].value[x] only code
* extension[role].value[x] from CnRoles (required)
* extension[qualification] ^short = "Qualification; one of several is enough"
* extension[qualification].value[x] 1..1
* extension[qualification].value[x] only code
* extension[qualification].value[x] from CnQualifications (required)
* extension[when-recorded] ^short = "Whether somebody of whom none of them is recorded is let pass"
* extension[when-recorded].value[x] 1..1
* extension[when-recorded].value[x] only boolean
