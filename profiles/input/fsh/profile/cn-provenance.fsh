// Who changed what, for whom, why and under which policy. https://hl7.org/fhir/R4/provenance.html
Profile: CnProvenance
Parent: Provenance
Id: cn-provenance
Title: "Provenance"
Description: "The story of one change: which version it made, who made it on behalf of whom, for which reason."
* ^purpose = "US Core Provenance"
* obeys cn-pv-1
* target and target.reference and recorded and policy and reason and activity and agent and agent.type and agent.who and agent.onBehalfOf MS
* target.reference 1..1
* reason from CnPurposes (extensible)
* insert SlicedByType(agent)
* agent contains author 0..* MS and transmitter 0..1 MS
* agent[author].type 1..1
* agent[author].type = $provenance-participant-type#author
* agent[author].onBehalfOf only Reference(Organization)
* agent[transmitter].type 1..1
* agent[transmitter].type = $us-core-provenance-participant-type#transmitter

Invariant: cn-pv-1
Description: "A practitioner or a device acts for an organisation: give agent.onBehalfOf."
Severity: #error
Expression: "agent.where(who.reference.exists()).all(who.reference.matches('^(.*/)?(Practitioner|Device)/.*') implies onBehalfOf.exists())"
