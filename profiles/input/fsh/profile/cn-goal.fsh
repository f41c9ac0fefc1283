// What the person wants to reach. https://hl7.org/fhir/R4/goal.html
Profile: CnGoal
Parent: Goal
Id: cn-goal
Title: "Goal"
Description: "A goal in the words of the person, also one that takes a barrier out of the way."
* ^purpose = "US Core Goal"
* lifecycleStatus and achievementStatus and description and subject and start[x] and target and target.due[x] and addresses and expressedBy MS
* insert SlicedByPattern(category)
* category contains barrier-goal 0..1 MS
* category[barrier-goal] = CnCategory#barrier-goal
* subject only Reference(Patient)
* expressedBy only Reference(Patient or RelatedPerson or Practitioner or PractitionerRole)
* addresses only Reference(Condition or Observation or ServiceRequest)
