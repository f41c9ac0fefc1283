// Who may do what with hand-offs, closed loops and finished tasks. https://hl7.org/fhir/R4/basic.html
Instance: practice-navigator-cannot-accept-handoff
InstanceOf: CnPracticeRule
Usage: #example
Title: "Accepting a hand-off"
Description: "Those who practise on their own accept a hand-off, own it and complete it."
* insert Practice(navigator-cannot-accept-handoff)
* insert Tasks(handoff)
* insert Move(accepted)
* insert Move(in-progress)
* insert Move(completed)
* insert Move(recoded)
* insert Move(owned)
* insert IndependentMay
* extension[rule].extension[sentence].valueString = "Only a nurse, a clinical social worker or a physician can accept a hand-off. Ask one of them to accept it."

Instance: practice-only-navigators-take-back
InstanceOf: CnPracticeRule
Usage: #example
Title: "Taking back"
Description: "Navigators accept what coordination hands back."
* insert Practice(only-navigators-take-back)
* insert Tasks(hand-back)
* insert Move(accepted)
* insert Move(in-progress)
* insert Move(completed)
* insert Move(owned)
* insert NavigatorsMay
* extension[rule].extension[sentence].valueString = "Only a navigator can take back what coordination hands over. Ask a navigator to accept it."

Instance: practice-only-clinicians-close-loop
InstanceOf: CnPracticeRule
Usage: #example
Title: "Closing the loop"
Description: "Those who practise on their own review the report that closes a referral."
* insert Practice(only-clinicians-close-loop)
* insert Tasks(loop-closure)
* insert Move(completed)
* insert Move(recoded)
* insert Move(owned)
* insert IndependentMay
* extension[rule].extension[sentence].valueString = "Only the clinician who reviewed the report can close the loop. Ask the nurse or the physician to review it."

Instance: practice-only-supervisor-reopens
InstanceOf: CnPracticeRule
Usage: #example
Title: "Reopening"
Description: "A supervisor reopens finished work."
* insert Practice(only-supervisor-reopens)
* insert Tasks(any)
* insert Move(reopened)
* insert May(supervisor)
* extension[rule].extension[sentence].valueString = "Only a supervisor can reopen a finished task. Ask your supervisor, or create a new task."

Instance: practice-only-supervisors-hear-of-late-work
InstanceOf: CnPracticeRule
Usage: #example
Title: "Hearing of late work"
Description: "The server tells a supervisor of late work; nobody else tells, takes on or ends it."
* insert Practice(only-supervisors-hear-of-late-work)
* insert Tasks(late-work)
* insert Move(created)
* insert Move(recoded)
* insert Move(accepted)
* insert Move(in-progress)
* insert Move(completed)
* insert Move(cancelled)
* insert Move(owned)
* insert May(supervisor)
* extension[rule].extension[sentence].valueString = "Late work is told to a supervisor by the server. Do the work that is late; its alarm ends with it."
