// Serious mental illness together with heart failure. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-smi-chf
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-smi-chf, SmiHeartFailure, [[Serious mental illness and heart failure]])
* description = "A scale at home, weights that somebody looks at, medicines, cardiology, food."
* usage = "A draft: proposed to a clinician when both conditions are on the list, and started by nobody but them. From which weight on to call is for the clinician to say."
* insert DraftPlan
* insert OnceAtATime
* insert TriggerSmiAnd(cn-heart-failure)
* insert Step(scale, coord-dme, rn, [[Scale at home]])
* insert Within(7)
* insert Step(thresholds, coord-clinical-assessment, rn, [[Agree from which weight on to call]])
* insert Within(7)
* insert Step(medicines, coord-med-reconciliation, rn, [[Reconcile medicines]])
* insert Within(7)
* insert Step(cardiology, coord-referral, rn, [[Close the loop with cardiology]])
* insert Within(30)
* insert Step(food, nav-barrier-resolve, navigator, [[Access to food low in salt]])
* insert Within(14)
