// What a person needs in order to come and to be understood: interpreter, mobility aid, transport, a caregiver. https://hl7.org/fhir/R4/extensibility.html
Extension: AccessNeeds
Id: access-needs
Title: "Access needs"
Description: "What a person needs in order to come and to be understood: interpreter, mobility aid, transport, a caregiver."
Context: Appointment
* extension contains
    interpreterLanguage 0..1 and
    mobility 0..* and
    transport 0..1 and
    caregiverPresent 0..1
* extension[interpreterLanguage].value[x] 1..1
* extension[interpreterLanguage].value[x] only CodeableConcept
* extension[interpreterLanguage].value[x] from http://hl7.org/fhir/ValueSet/languages (preferred)
* extension[mobility].value[x] 1..1
* extension[mobility].value[x] only CodeableConcept
* extension[transport].value[x] 1..1
* extension[transport].value[x] only CodeableConcept
* extension[caregiverPresent].value[x] 1..1
* extension[caregiverPresent].value[x] only boolean
