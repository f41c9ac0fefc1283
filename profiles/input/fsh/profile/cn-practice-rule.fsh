// A rule of the scope of practice, as a resource that an administrator edits. https://hl7.org/fhir/R4/basic.html
Profile: CnPracticeRule
Parent: Basic
Id: cn-practice-rule
Title: "Practice rule"
Description: "Which roles may make which moves with which tasks, who needs a co-signature or a qualification, and the sentence that refuses the others."
* code MS
* code = CnCategory#practice-rule
* subject 0..0
* author MS
* extension contains
    PracticeRule named rule 1..1 MS and
    PracticeRequirement named requirement 0..* MS
