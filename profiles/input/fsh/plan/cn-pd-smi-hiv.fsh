// Serious mental illness together with HIV. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-smi-hiv
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-smi-hiv, SmiHiv, [[Serious mental illness and HIV]])
* description = "Laboratory tests in time, refills, the loop with infectious diseases, a safe way to be reached."
* usage = "A draft: proposed to a clinician when both conditions are on the list, and started by nobody but them. What it leads to carries the label of the diagnosis."
* insert DraftPlan
* insert OnceAtATime
* meta.security = $v3-ActCode#HIV
* insert TriggerSmiAnd(cn-hiv)
* insert Step(laboratory, coord-metabolic-monitoring, rn, [[Laboratory tests in time]])
* insert Within(30)
* insert Step(refills, coord-med-reconciliation, pharmacist, [[Refills without a gap]])
* insert Within(7)
* insert Step(specialist, coord-referral, rn, [[Close the loop with the specialist]])
* insert Within(30)
* insert Step(contact, coord-clinical-assessment, rn, [[Agree on a safe way to be reached]])
* insert Within(7)
* insert Step(help, nav-enrolment-help, benefits-navigator, [[Help with programmes that pay]])
* insert Within(30)
