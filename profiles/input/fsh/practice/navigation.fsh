// Who may do what with navigation tasks. https://hl7.org/fhir/R4/basic.html
Instance: practice-staff-open-navigation
InstanceOf: CnPracticeRule
Usage: #example
Title: "Opening navigation"
Description: "Staff, a health plan, a record system or the person open navigation."
* insert Practice(staff-open-navigation)
* insert Tasks(navigation)
* insert Move(created)
* insert Move(recoded)
* insert StaffMay
* insert May(payer-system)
* insert May(ehr-system)
* insert May(patient)
* extension[rule].extension[sentence].valueString = "Only staff, a health plan or the person can open a navigation task or change its code. Ask a navigator."

Instance: practice-staff-do-navigation
InstanceOf: CnPracticeRule
Usage: #example
Title: "Doing navigation"
Description: "Staff work on navigation; the person and a natural support on what is theirs."
* insert Practice(staff-do-navigation)
* insert Tasks(navigation)
* insert Move(accepted)
* insert Move(in-progress)
* insert Move(completed)
* insert Move(reassigned)
* insert Move(owned)
* insert StaffMay
* insert May(ehr-system)
* insert May(patient)
* insert May(natural-support)
* extension[rule].extension[sentence].valueString = "Only staff, the person or a natural support can work on a navigation task. Ask a navigator."

Instance: practice-scheduler-only-schedules
InstanceOf: CnPracticeRule
Usage: #example
Title: "Work of a scheduler"
Description: "Of navigation, a scheduler does booking, reminding and missed visits."
* insert Practice(scheduler-only-schedules)
* insert Tasks(navigation)
* insert Except(nav-schedule)
* insert Except(nav-reminder)
* insert Except(nav-no-show-recovery)
* insert Move(created)
* insert Move(recoded)
* insert Move(accepted)
* insert Move(in-progress)
* insert Move(completed)
* insert Move(owned)
* insert MayNot(scheduler)
* extension[rule].extension[sentence].valueString = "A scheduler works on booking, reminding and missed visits. Leave this task to a navigator."

Instance: practice-peer-only-accompanies
InstanceOf: CnPracticeRule
Usage: #example
Title: "Work of a peer"
Description: "Of navigation, a peer specialist goes along and helps people speak for themselves."
* insert Practice(peer-only-accompanies)
* insert Tasks(navigation)
* insert Except(nav-accompany)
* insert Move(created)
* insert Move(recoded)
* insert Move(accepted)
* insert Move(in-progress)
* insert Move(completed)
* insert Move(owned)
* insert MayNot(peer)
* extension[rule].extension[sentence].valueString = "A peer specialist goes along and helps people speak for themselves. Leave this task to a navigator."
