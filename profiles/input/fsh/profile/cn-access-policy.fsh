// What a role, or a kind of client, may do at most: the scope of practice as a resource that an administrator edits. https://hl7.org/fhir/R4/basic.html
Profile: CnAccessPolicy
Parent: Basic
Id: cn-access-policy
Title: "Access policy"
Description: "What a role, or a kind of client, may do at most: its rules, the labels it sees, its purposes, and whether it may break the glass."
* obeys cn-po-1 and cn-po-2
* code MS
* code = CnCategory#access-policy
* subject 0..0
* author MS
* extension contains
    PolicyRole named role 1..1 MS and
    PolicyRule named rule 0..* MS and
    PolicyLabels named labels 0..1 MS and
    PolicyPurpose named purpose 0..* MS and
    BreakGlassMinutes named break-glass-minutes 0..1 MS

Invariant: cn-po-1
Description: "Letters stand once each, in the order cruds: write rs, not sr."
Severity: #error
Expression: "extension.where(url = '$CB/StructureDefinition/policy-rule').extension.where(url = 'letters').value.all(matches('^c?r?u?d?s?$'))"

Invariant: cn-po-2
Description: "The rules of a policy have names of their own: no two are called the same."
Severity: #error
Expression: "extension.where(url = '$CB/StructureDefinition/policy-rule').extension.where(url = 'name').value.isDistinct()"

ValueSet: CnPolicyLabels
Id: cn-policy-label
Title: "Labels of policies"
Description: "The labels that hide a record from whom neither a policy nor a consent lets see it; codes only."
* insert OurValueSet
* insert SecurityLabels
* $v3-Confidentiality#V
