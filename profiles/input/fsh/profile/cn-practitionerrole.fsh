// A member of staff in a role, with the class of work that the licence covers. https://hl7.org/fhir/R4/practitionerrole.html
Profile: CnPractitionerRole
Parent: PractitionerRole
Id: cn-practitionerrole
Title: "Practitioner role"
Description: "Who somebody is in the programme: the role decides what the server lets them do."
* code 1..* MS
* code from CnRoles (extensible)
* practitioner and organization and specialty and healthcareService and availableTime MS
* extension contains
    ScopeClass named scope-class 1..1 MS and
    LicenceJurisdiction named licence-jurisdiction 0..* MS
