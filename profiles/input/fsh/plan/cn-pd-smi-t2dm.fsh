// Serious mental illness together with type 2 diabetes. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-smi-t2dm
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-smi-t2dm, SmiDiabetes, [[Serious mental illness and type 2 diabetes]])
* description = "Laboratory checks each year, eyes, feet and kidneys, the meter, food, teaching."
* usage = "A draft: proposed to a clinician when both conditions are on the list, and started by nobody but them. HbA1c and LDL-C are asked for once a year."
* insert DraftPlan
* insert OnceAtATime
* insert TriggerSmiAnd(cn-diabetes-t2)
* insert Step(laboratory, coord-metabolic-monitoring, rn, [[HbA1c and LDL-C of the year]])
* insert Within(30)
* insert Step(checks, coord-referral, rn, [[Eyes, feet and kidneys of the year]])
* insert Within(60)
* insert Step(meter, coord-dme, rn, [[Glucose meter and strips at home]])
* insert Within(14)
* insert Step(teaching, coord-education, rn, [[Teach about diabetes]])
* insert Within(30)
* insert Step(food, nav-barrier-screen, navigator, [[Ask about access to food]])
* insert Within(14)
