// Which security labels a policy sees: without a consent of the patient, and with one. https://hl7.org/fhir/R4/extensibility.html
Extension: PolicyLabels
Id: policy-labels
Title: "Labels of a policy"
Description: "Which labelled records are seen: without a consent of the patient, and with one. Other labels hide a record."
Context: Basic
* extension contains
    every 0..1 and
    without-consent 0..* and
    with-consent 0..* and
    consent-of 0..1
* extension[every] ^short = "Every label is seen without a consent, as by patients in their own chart"
* extension[every].value[x] 1..1
* extension[every].value[x] only boolean
* extension[without-consent].value[x] 1..1
* extension[without-consent].value[x] only Coding
* extension[without-consent].value[x] from CnPolicyLabels (required)
* extension[with-consent].value[x] 1..1
* extension[with-consent].value[x] only Coding
* extension[with-consent].value[x] from CnPolicyLabels (required)
* extension[consent-of] ^short = "Whose consent counts: any patient's, unless it is that of those who are assigned"
* extension[consent-of].value[x] 1..1
* extension[consent-of].value[x] only code
* extension[consent-of].value[x] from CnRecordHolders (required)
