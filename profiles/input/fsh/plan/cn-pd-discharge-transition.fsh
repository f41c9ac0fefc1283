// From a discharge to the end of the thirty days after it. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-discharge-transition
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-discharge-transition, DischargeTransition, [[Transition after a discharge]])
* description = "Thirty days from discharge: contact within two business days, medicines, visit within 7 or 14 days, papers, pending results."
* usage = "Starts when an inpatient or observation encounter of an enrolled person is finished. The clocks start with the discharge, whenever this server is told of it. Seven days to the visit for two or more chronic conditions, or serious mental illness with a chronic condition; else fourteen."
* insert OncePerCause
* insert TriggerFinished(IMP)
* insert TriggerCodeOr($v3-ActCode#ACUTE)
* insert TriggerCodeOr($v3-ActCode#NONAC)
* insert TriggerCodeOr($v3-ActCode#OBSENC)
* insert TriggerCodeOr($v3-ActCode#SS)
* insert TriggerWhere([[hospitalization.exists()]])
* insert InputConditions(chronic, cn-chronic)
* insert InputConditions(smi, cn-smi)
* insert PlanGoal(at-home, [[Thirty days at home after the discharge.]])
* insert Step(contact, coord-transition-contact, rn, [[Contact after discharge]])
* insert Says([[Speak with the person within two business days of discharge.]])
* insert WithinBusinessDays(2)
* insert Priority(urgent)
* insert Step(papers, nav-records-request, navigator, [[Get the discharge papers to primary care]])
* insert Within(2)
* insert Step(visit-7, coord-transition-visit, rn, [[Visit within seven days]])
* insert Within(7)
* insert Priority(urgent)
* insert Only([[%chronic.count() >= 2 or (%smi.exists() and %chronic.exists())]])
* insert Step(visit-14, coord-transition-visit, rn, [[Visit within fourteen days]])
* insert Within(14)
* insert Only([[(%chronic.count() >= 2 or (%smi.exists() and %chronic.exists())).not()]])
* insert Step(medicines, coord-med-reconciliation, rn, [[Reconcile medicines before the visit]])
* insert Within(7)
* insert Step(results, coord-result-review, rn, [[Track results that were pending at discharge]])
* insert Within(7)
* insert Step(review, coord-care-plan-review, rn, [[Look back after thirty days]])
* insert Within(30)
