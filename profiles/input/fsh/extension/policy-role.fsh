// Whose policy this is: a role of people, or a kind of client. https://hl7.org/fhir/R4/extensibility.html
Extension: PolicyRole
Id: policy-role
Title: "Role of a policy"
Description: "Whose policy this is: a role of people, or a kind of client."
Context: Basic
* value[x] 1..1
* value[x] only code
* value[x] from CnRoles (required)
