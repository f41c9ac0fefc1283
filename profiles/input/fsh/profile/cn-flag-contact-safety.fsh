// A warning about how, when, or that a person must not be contacted. https://hl7.org/fhir/R4/flag.html
Profile: CnFlagContactSafety
Parent: Flag
Id: cn-flag-contact-safety
Title: "Contact-safety flag"
Description: "Everybody who is about to call, write or leave a message reads this first."
* status and subject and period MS
* extension contains SafeTimes named safe-times 0..1 MS
* category 1..* MS
* insert SlicedByPattern(category)
* category contains safety 1..1 MS
* category[safety] = $flag-category#safety
* code MS
* code from CnContactSafetyCodes (extensible)
* insert SlicedBySystem(code.coding)
* code.coding contains limit 0..1 MS
* code.coding[limit].system 1..1
* code.coding[limit].system = Canonical(CnContactSafety)
* code.coding[limit].code 1..1
* code.coding[limit] from CnContactSafetyCodes (required)

ValueSet: CnContactSafetyCodes
Id: cn-contact-safety
Title: "Contact safety"
Description: "The limits that a person sets to being contacted."
* insert OurValueSet
* $sdohcc#contacting-subject-prohibited
* include codes from system CnContactSafety
