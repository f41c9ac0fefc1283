// After an emergency visit for mental illness or self-harm. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-fum
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-fum, FollowUpAfterEmergencyVisit, [[Follow-up after an emergency visit for mental illness]])
* description = "A follow-up visit within 7 and within 30 days, and a safety plan that a clinician has looked at."
* usage = "Starts when an emergency encounter of an enrolled person with a diagnosis of mental illness or self-harm is finished."
* insert OncePerCause
* insert TriggerFinished(EMER)
* insert Entry([[%diagnoses.code.coding.where((system = 'http://hl7.org/fhir/sid/icd-10-cm' and code.matches('^(F[2-6]|F99|R45[.]851|T14[.]91|X7[1-9]|X8[0-3])')) or (system = 'http://snomed.info/sct' and code in ('58214004' | '13746004' | '370143000'))).exists()]])
* insert Step(safety, coord-crisis-plan, lcsw, [[Look at the safety plan]])
* insert WithinBusinessDays(2)
* insert Priority(urgent)
* insert Step(visit-7, coord-transition-visit, lcsw, [[Follow-up visit within seven days]])
* insert Within(7)
* insert Priority(urgent)
* insert Step(visit-30, coord-transition-visit, lcsw, [[Follow-up visit within thirty days]])
* insert Within(30)
