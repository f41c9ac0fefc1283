// The part that a provider has in a network. https://hl7.org/fhir/R4/organizationaffiliation.html
Profile: CnNetworkParticipation
Parent: OrganizationAffiliation
Id: cn-network-participation
Title: "Network participation"
Description: "Which provider belongs to which network, since when, for which services, at which tier and at which rates."
* ^purpose = "Plan-Net OrganizationAffiliation"
* obeys cn-np-1
* active 1..1 MS
* active = true
* period and organization and participatingOrganization and network and code and specialty and location and healthcareService and telecom and endpoint MS
* network 1..*
* network only Reference(Organization)
* extension contains
    NetworkTier named network-tier 1..1 MS and
    ExpectedRate named expected-rate 0..* MS

Invariant: cn-np-1
Description: "A participation names a side of the contract: give organization or participatingOrganization."
Severity: #error
Expression: "organization.exists() or participatingOrganization.exists()"
