// The phases of an episode. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnPhase
Id: cn-phase
Title: "Phase"
Description: "The phases of an episode."
* insert OurCodeSystem
* #navigation "Navigation" "The person is on the way to care."
* #handoff "Hand-off" "The responsibility is being handed over."
* #coordination "Coordination" "A clinician follows the care through."
* #maintenance "Maintenance" "The care is in place and is watched over."
* #closed "Closed" "The episode has ended."

ValueSet: CnPhases
Id: cn-phase
Title: "Phase"
Description: "All of cn-phase."
* insert OurValueSet
* include codes from system CnPhase
