// The sections of the summary of a hand-off. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnHandoffSection
Id: cn-handoff-section
Title: "Section of a hand-off"
Description: "The sections of the summary of a hand-off."
* insert OurCodeSystem
* #reason "Why now" "Why the person is handed over now."
* #plan "Plan" "The plan of the episode."
* #open-tasks "Open tasks" "Work that is still to be done."
* #done "What was done" "Work that is done."
* #barriers "Barriers" "What stands between the person and their care."
* #goals "Goals" "What the person wants to reach."
* #contact-safety "Contact safety" "The limits that the person sets to being contacted."
* #language "Language" "Which languages the person speaks, and whether an interpreter is needed."
* #preferences "Preferences" "How and when the person wants to be reached."
* #natural-supports "Natural supports" "Who is close to the person, and what they may know."
* #team "Care team" "Who works for the person."
* #consents "Consents" "What the person has agreed to."
* #network-decisions "Network decisions" "Which providers were picked, and out of which options."
* #next-visits "Next visits" "The visits that are ahead."
