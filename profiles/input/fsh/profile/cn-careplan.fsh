// The one plan of an episode, shared by navigation and coordination. https://hl7.org/fhir/R4/careplan.html
Profile: CnCarePlan
Parent: CarePlan
Id: cn-careplan
Title: "Care plan"
Description: "The shared plan of one episode: its phase, its goals, and references to all the work in it."
* ^purpose = "US Core CarePlan"
* obeys cn-cp-1
* identifier and instantiatesCanonical and period and careTeam and addresses and goal and author and contributor and text MS
* text.status from CnNarrativeStatuses (required)
* insert SlicedBySystem(identifier)
* identifier contains episode 0..1 MS
* identifier[episode].system 1..1
* identifier[episode].system = "$CB/identifier/episode"
* identifier[episode].value 1..1
* category 1..* MS
* insert SlicedByPattern(category)
* category contains assess-plan 1..1 MS and phase 0..1 MS
* category[assess-plan] = $us-core-careplan-category#assess-plan
* category[phase] ^patternCodeableConcept.coding.system = "$CB/CodeSystem/cn-phase"
* category[phase] from CnPhases (required)
* activity.reference MS
* activity.detail 0..0

Invariant: cn-cp-1
Description: "The activities of a plan are references: name the Task, request or appointment in activity.reference and leave activity.detail out."
Severity: #error
Expression: "activity.all(detail.empty() and reference.exists())"

ValueSet: CnNarrativeStatuses
Id: cn-narrative-status
Title: "Status of the text of a plan"
Description: "The text of a plan is made from its data, or says more than they do."
* insert OurValueSet
* http://hl7.org/fhir/narrative-status#generated
* http://hl7.org/fhir/narrative-status#additional
