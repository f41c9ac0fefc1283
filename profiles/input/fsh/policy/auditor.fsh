// What an auditor may do: read who has looked at and changed what; no charts. https://hl7.org/fhir/R4/basic.html
Instance: policy-auditor
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Auditor"
Description: "An auditor reads the trail, the policies and the consents, and no charts."
* insert Policy(auditor)
* insert Staff
* insert Rule(read-audit, rs, any)
* insert Type(AuditEvent)
* insert ReadProvenance
* insert ReadConsents(any)
* insert Purpose(HOPERAT)
