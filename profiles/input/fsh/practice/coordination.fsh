// Who may do what with coordination tasks. https://hl7.org/fhir/R4/basic.html
Instance: practice-navigator-cannot-complete-coordination
InstanceOf: CnPracticeRule
Usage: #example
Title: "Completing coordination"
Description: "A clinician completes coordination; those who work under one, with a co-signature."
* insert Practice(navigator-cannot-complete-coordination)
* insert Tasks(coordination)
* insert Move(completed)
* insert IndependentMay
* insert May(pharmacist)
* insert CoSign(lpn)
* insert CoSign(clinical-support)
* extension[rule].extension[sentence].valueString = "Only a licensed clinician can complete a coordination task. Hand it over to a nurse."

Instance: practice-navigator-cannot-start-coordination
InstanceOf: CnPracticeRule
Usage: #example
Title: "Taking on coordination"
Description: "Clinical staff take on coordination, and own it."
* insert Practice(navigator-cannot-start-coordination)
* insert Tasks(coordination)
* insert Move(accepted)
* insert Move(in-progress)
* insert Move(owned)
* insert ClinicalStaffMay
* extension[rule].extension[sentence].valueString = "Only clinical staff can take on a coordination task. Leave it in the pool or ask a nurse to claim it."

Instance: practice-navigator-cannot-create-coordination
InstanceOf: CnPracticeRule
Usage: #example
Title: "Opening coordination"
Description: "Clinical staff, a supervisor or a health plan open coordination and send it."
* insert Practice(navigator-cannot-create-coordination)
* insert Tasks(coordination)
* insert Move(created)
* insert Move(draft)
* insert Move(requested)
* insert Move(recoded)
* insert ClinicalStaffMay
* insert May(supervisor)
* insert May(payer-system)
* extension[rule].extension[sentence].valueString = "Only clinical staff can open or send a coordination task, or change its code. Create a hand-off to a nurse instead."

Instance: practice-navigator-cannot-assign-coordination
InstanceOf: CnPracticeRule
Usage: #example
Title: "Assigning coordination"
Description: "Clinical staff or a supervisor say who owns coordination."
* insert Practice(navigator-cannot-assign-coordination)
* insert Tasks(coordination)
* insert Move(reassigned)
* insert ClinicalStaffMay
* insert May(supervisor)
* extension[rule].extension[sentence].valueString = "Only clinical staff or a supervisor can say who owns a coordination task. Ask one of them."

Instance: practice-navigator-cannot-move-coordination
InstanceOf: CnPracticeRule
Usage: #example
Title: "Moving coordination"
Description: "Clinical staff or a supervisor stop, return or cancel coordination."
* insert Practice(navigator-cannot-move-coordination)
* insert Tasks(coordination)
* insert Move(received)
* insert Move(ready)
* insert Move(rejected)
* insert Move(on-hold)
* insert Move(failed)
* insert Move(cancelled)
* insert Move(entered-in-error)
* insert ClinicalStaffMay
* insert May(supervisor)
* extension[rule].extension[sentence].valueString = "Only clinical staff or a supervisor can stop, return or cancel a coordination task. Ask one of them, or create a task that asks to stop it."

Instance: practice-support-parts-only
InstanceOf: CnPracticeRule
Usage: #example
Title: "Work of clinical support"
Description: "A medical assistant follows orders, referrals and visits; judging and teaching are a clinician's."
* insert Practice(support-parts-only)
* insert Tasks(coordination)
* insert Except(coord-referral)
* insert Except(coord-imaging)
* insert Except(coord-lab)
* insert Except(coord-dme)
* insert Except(coord-home-health)
* insert Except(coord-prior-auth)
* insert Except(coord-transition-visit)
* insert Move(created)
* insert Move(recoded)
* insert Move(accepted)
* insert Move(in-progress)
* insert Move(completed)
* insert Move(owned)
* insert MayNot(clinical-support)
* extension[rule].extension[sentence].valueString = "A medical assistant works on the supporting parts of coordination: orders, referrals, equipment, authorisations, visits. Leave this task to a clinician."

Instance: practice-social-worker-psychosocial-only
InstanceOf: CnPracticeRule
Usage: #example
Title: "Work of a social worker"
Description: "A social worker does the psychosocial parts of coordination; what rests on medicine is a nurse's or a prescriber's."
* insert Practice(social-worker-psychosocial-only)
* insert Tasks(coord-imaging)
* insert Tasks(coord-lab)
* insert Tasks(coord-dme)
* insert Tasks(coord-infusion)
* insert Tasks(coord-home-health)
* insert Tasks(coord-prior-auth)
* insert Tasks(coord-result-review)
* insert Tasks(coord-med-reconciliation)
* insert Tasks(coord-network-review)
* insert Tasks(coord-metabolic-monitoring)
* insert Move(accepted)
* insert Move(in-progress)
* insert Move(completed)
* insert Move(owned)
* insert MayNot(lcsw)
* extension[rule].extension[sentence].valueString = "A social worker works on the psychosocial parts of coordination. Leave this task to a nurse or a physician."

Instance: practice-social-worker-cannot-reconcile-medicines
InstanceOf: CnPracticeRule
Usage: #example
Title: "Reconciling medicines"
Description: "Medicines are reconciled by a nurse, a pharmacist or a prescriber."
* insert Practice(social-worker-cannot-reconcile-medicines)
* insert Tasks(coord-med-reconciliation)
* insert Move(completed)
* insert May(rn)
* insert May(np-pa)
* insert May(physician)
* insert May(pharmacist)
* insert CoSign(lpn)
* extension[rule].extension[sentence].valueString = "Medicines are reconciled by a nurse, a pharmacist or a physician. Hand the task over to one of them."
