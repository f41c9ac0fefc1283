// Serious mental illness together with smoking. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-smi-smoking
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-smi-smoking, SmiSmoking, [[Serious mental illness and smoking]])
* description = "Ask about smoking, help to stop, and warn those who prescribe."
* usage = "A draft: proposed to a clinician when both conditions are on the list, and started by nobody but them. Stopping may change the level of some medicines, so the pharmacist looks first."
* insert DraftPlan
* insert OnceAtATime
* insert Trigger(Condition)
* insert TriggerCondition(cn-smi)
* insert TriggerAnd(Condition)
* insert TriggerCode(code, $icd-10-cm#F17.210)
* insert TriggerCodeOr($sct#428041000124106)
* insert TriggerCodeOr($sct#449868002)
* insert TriggerCodeOr($sct#77176002)
* insert TriggerCode(clinicalStatus, $condition-clinical#active)
* insert Trigger(Condition)
* insert TriggerCondition(cn-smi)
* insert TriggerAnd(Observation)
* insert TriggerCode(code, $loinc#72166-2)
* insert TriggerCode(value, $sct#428041000124106)
* insert TriggerCodeOr($sct#449868002)
* insert TriggerCodeOr($sct#77176002)
* insert Step(medicines, coord-med-reconciliation, pharmacist, [[Look at medicines before stopping]])
* insert Within(7)
* insert Step(readiness, coord-education, rn, [[Talk about stopping, and what helps]])
* insert Within(14)
* insert Step(peer, nav-accompany, peer, [[Support by a peer who has stopped]])
* insert Within(14)
* insert Step(follow-up, coord-post-visit-followup, rn, [[Follow up after the day of stopping]])
* insert Within(28)
