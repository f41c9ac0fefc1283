// A member of staff in a role, with the class of work that the licence covers. https://hl7.org/fhir/R4/practitionerrole.html
Profile: CnPractitionerRole
Parent: PractitionerRole
Id: cn-practitionerrole
Title: "Practitioner role"
Description: "Who somebody is in the programme: the role decides what the server lets them do."
* ^purpose = "US Core PractitionerRole"
* obeys cn-pr-1
* code 1..* MS
* code from CnRoles (extensible)
* practitioner and organization and location and telecom and endpoint and specialty and healthcareService and availableTime MS
* extension contains
    ScopeClass named scope-class 1..1 MS and
    LicenceJurisdiction named licence-jurisdiction 0..* MS
* telecom.system 1..1
* telecom.value 1..1

Invariant: cn-pr-1
Description: "Somebody in a role can be reached: give telecom or endpoint."
Severity: #error
Expression: "telecom.exists() or endpoint.exists()"
