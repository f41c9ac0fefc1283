// The people whom a payer or a practice counts as belonging to somebody. https://hl7.org/fhir/R4/group.html
Profile: CnAttributionGroup
Parent: Group
Id: cn-attribution-group
Title: "Attribution group"
Description: "A panel: the people whom a payer, a practice or the programme is responsible for, to find, to count and to export."
* identifier and active and name and managingEntity and quantity and member and member.period and member.inactive MS
* type = #person
* actual = true
* name 1..1
* managingEntity 1..1
* member.entity only Reference(Patient)
* insert SlicedBySystem(identifier)
* identifier contains npi 0..* MS and tin 0..* MS
* identifier[npi].system 1..1
* identifier[npi].system = "http://hl7.org/fhir/sid/us-npi"
* identifier[npi].value 1..1
* identifier[tin].system 1..1
* identifier[tin].system = "urn:oid:2.16.840.1.113883.4.4"
* identifier[tin].value 1..1
