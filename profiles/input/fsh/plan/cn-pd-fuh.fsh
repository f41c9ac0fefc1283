// After a psychiatric stay, beside the transition. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-fuh
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-fuh, FollowUpAfterPsychiatricStay, [[Follow-up after a psychiatric stay]])
* description = "A mental-health visit within 7 and within 30 days of discharge, the crisis plan, a peer, the way there; again after a missed visit."
* usage = "Starts beside the transition plan when a psychiatric inpatient encounter of an enrolled person is finished: by its service, or by a diagnosis of mental illness or self-harm. A visit on the day of discharge does not count. Contact by a peer within three days is a target of the house."
* insert OncePerCause
* insert TriggerFinished(IMP)
* insert TriggerCodeOr($v3-ActCode#ACUTE)
* insert TriggerCodeOr($v3-ActCode#NONAC)
* insert TriggerWhere([[hospitalization.exists()]])
* insert Entry([[%encounter.serviceType.coding.where(system = 'http://snomed.info/sct' and code in ('394587001' | '183524004')).exists() or %diagnoses.code.coding.where((system = 'http://hl7.org/fhir/sid/icd-10-cm' and code.matches('^(F[2-6]|F99|R45[.]851|T14[.]91|X7[1-9]|X8[0-3])')) or (system = 'http://snomed.info/sct' and code in ('58214004' | '13746004' | '370143000'))).exists()]])
* insert PlanGoal(followed-up, [[A mental-health visit took place within seven days of discharge.]])
* insert Step(peer, nav-accompany, peer, [[Contact by a peer]])
* insert Within(3)
* insert Step(way, nav-barrier-resolve, navigator, [[Arrange the way there, and ask who helps]])
* insert Says([[Arrange transport to the visit, and ask which natural support should know.]])
* insert Within(3)
* insert Step(visit-7, coord-transition-visit, lcsw, [[Mental-health visit within seven days]])
* insert Within(7)
* insert Priority(urgent)
* insert Step(crisis, coord-crisis-plan, lcsw, [[Check the crisis plan]])
* insert Within(7)
* insert Step(visit-30, coord-transition-visit, lcsw, [[Mental-health visit within thirty days]])
* insert Within(30)
* insert Step(visit-again, coord-transition-visit, lcsw, [[Make up for a missed visit]])
* insert Says([[A visit was missed: see that another takes place within seven days.]])
* insert Within(7)
* action[0].action[=].trigger.type = #data-changed
* action[0].action[=].trigger.data.type = #Appointment
* action[0].action[=].trigger.data.codeFilter.path = "status"
* action[0].action[=].trigger.data.codeFilter.code = $appointmentstatus#noshow
