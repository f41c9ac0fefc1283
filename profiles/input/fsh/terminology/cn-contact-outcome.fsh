// What became of an attempt to reach somebody. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnContactOutcome
Id: cn-contact-outcome
Title: "Contact outcome"
Description: "What became of an attempt to reach somebody."
* insert OurCodeSystem
* #reached "Reached" "The person was spoken with."
* #left-message "Left a message" "A message was left."
* #no-answer "No answer" "Nobody answered."
* #wrong-number "Wrong number" "The number belongs to somebody else."
* #declined "Declined" "The person did not want to speak."
* #disconnected "Disconnected" "The number is out of service."

ValueSet: CnContactOutcomes
Id: cn-contact-outcome
Title: "Contact outcome"
Description: "All of cn-contact-outcome."
* insert OurValueSet
* include codes from system CnContactOutcome
