// Serious mental illness together with hypertension. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-smi-htn
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-smi-htn, SmiHypertension, [[Serious mental illness and hypertension]])
* description = "A monitor at home, readings that are looked at, refills, medicines that raise the pressure."
* usage = "A draft: proposed to a clinician when both conditions are on the list, and started by nobody but them. How often pressure is recorded is for the clinician to say."
* insert DraftPlan
* insert OnceAtATime
* insert TriggerSmiAnd(cn-hypertension)
* insert Step(monitor, coord-dme, rn, [[Blood pressure monitor at home]])
* insert Within(14)
* insert Step(readings, coord-post-visit-followup, rn, [[Look at the readings of the quarter]])
* insert Within(90)
* insert Step(medicines, coord-med-reconciliation, rn, [[Look for medicines that raise the pressure]])
* insert Within(14)
* insert Step(refills, nav-barrier-resolve, navigator, [[See that refills are within reach]])
* insert Within(14)
