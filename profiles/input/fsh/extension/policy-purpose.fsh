// What for a role or client uses records: the purposes that consents are asked for. https://hl7.org/fhir/R4/extensibility.html
Extension: PolicyPurpose
Id: policy-purpose
Title: "Purpose of a policy"
Description: "What for the role or client uses records: a purpose that consents are asked for."
Context: Basic
* value[x] 1..1
* value[x] only Coding
* value[x] from CnPurposes (required)
