// Serious mental illness together with asthma or COPD. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-smi-asthma-copd
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-smi-asthma-copd, SmiLungs, [[Serious mental illness and asthma or COPD]])
* description = "Inhaler technique, the test of the lungs, an action plan, equipment, rehabilitation."
* usage = "A draft: proposed to a clinician when both conditions are on the list, and started by nobody but them."
* insert DraftPlan
* insert OnceAtATime
* insert TriggerSmiAnd(cn-asthma-copd)
* insert Step(technique, coord-education, pharmacist, [[Check the inhaler technique]])
* insert Within(14)
* insert Step(spirometry, coord-referral, rn, [[Spirometry, if none is on record]])
* insert Within(30)
* insert Step(action-plan, coord-care-plan-review, rn, [[Action plan for bad days]])
* insert Within(30)
* insert Step(equipment, coord-dme, rn, [[Oxygen or nebuliser, if ordered]])
* insert Within(14)
* insert Step(rehabilitation, nav-barrier-resolve, navigator, [[Clear the way to rehabilitation]])
* insert Within(30)
