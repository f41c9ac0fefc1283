// The kind of work that is logged by the minute. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnActivityType
Id: cn-activity-type
Title: "Activity type"
Description: "The kind of work that is logged by the minute."
* insert OurCodeSystem
* #assessment "Assessment" "Getting to know the person, their needs and strengths."
* #goal-setting "Goal setting" "Finding out what the person wants and planning for it."
* #support "Support" "Practical support with the plan."
* #referral "Referral" "Linking the person with other services."
* #care-coordination "Care coordination" "Working with practitioners and services for the person."
* #transition "Transition" "Help between settings of care."
* #community-access "Community access" "Help to reach resources of the community."
* #education "Education" "Helping the person to understand a condition and its care."
* #self-advocacy "Self-advocacy" "Strengthening the person to speak for themselves."
* #system-navigation "System navigation" "Help to find the way through the health system."
* #behaviour-change "Behaviour change" "Support for a change that the person wants to make."
* #social-emotional-support "Social and emotional support" "Being there for the person."
* #lived-experience "Lived experience" "Support out of one's own experience."

ValueSet: CnActivityTypes
Id: cn-activity-type
Title: "Activity type"
Description: "All of cn-activity-type."
* insert OurValueSet
* include codes from system CnActivityType
