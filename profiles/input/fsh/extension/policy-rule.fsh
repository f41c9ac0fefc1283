// One permission of an access policy: which interactions on which types, of whose records, under which conditions. https://hl7.org/fhir/R4/extensibility.html
Extension: PolicyRule
Id: policy-rule
Title: "Rule of a policy"
Description: "One permission: which interactions on which types, of whose records, under which conditions."
Context: Basic
* extension contains
    name 1..1 and
    type 1..* and
    letters 1..1 and
    whose 1..1 and
    criteria 0..1
* extension[name] ^short = "Stable name, which refusals carry"
* extension[name].value[x] 1..1
* extension[name].value[x] only code
* extension[type] ^short = "Resource type, or * for the types that no other rule of the policy names"
* extension[type].value[x] 1..1
* extension[type].value[x] only code
* extension[letters] ^short = "Interactions as SMART scopes write them: create, read, update, delete, search"
* extension[letters].value[x] 1..1
* extension[letters].value[x] only code
* extension[whose] ^short = "Whose records"
* extension[whose].value[x] 1..1
* extension[whose].value[x] only code
* extension[whose].value[x] from CnRecordHolders (required)
* extension[criteria] ^short = "Search parameters that a resource has to match; {user} stands for the reference of whoever asks"
* extension[criteria].value[x] 1..1
* extension[criteria].value[x] only string
