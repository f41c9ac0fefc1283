// Who may do what with what a clinician must hear of at once. https://hl7.org/fhir/R4/basic.html
Instance: practice-non-clinical-cannot-complete-escalation
InstanceOf: CnPracticeRule
Usage: #example
Title: "Completing an escalation"
Description: "A clinician completes an escalation, and takes its urgency away; a task with a pressing topic is free again once the triage is done."
* insert Practice(non-clinical-cannot-complete-escalation)
* insert Tasks(nav-escalate-clinical)
* insert Tasks(escalation)
* insert Move(completed)
* insert Move(recoded)
* insert CliniciansMay
* extension[rule].extension[sentence].valueString = "Only a clinician can complete a clinical escalation. Stay with the caller and bring a nurse in now."

Instance: practice-escalation-goes-to-clinicians
InstanceOf: CnPracticeRule
Usage: #example
Title: "Owner of an escalation"
Description: "A clinical escalation is given to a clinician."
* insert Practice(escalation-goes-to-clinicians)
* insert Tasks(nav-escalate-clinical)
* insert Move(owned)
* insert CliniciansMay
* extension[rule].extension[sentence].valueString = "A clinical escalation belongs to a clinician. Give it to a nurse, or to the coordination team."
