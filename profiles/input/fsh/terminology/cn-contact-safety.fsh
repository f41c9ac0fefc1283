// The limits that a person sets to being contacted. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnContactSafety
Id: cn-contact-safety
Title: "Contact safety"
Description: "The limits that a person sets to being contacted."
* insert OurCodeSystem
* #no-voice-message "No voice message" "Leave no message on the telephone."
* #no-text-message "No text message" "Send no text messages."
* #no-mail "No mail" "Send nothing by post."
* #safe-times-only "Safe times only" "Contact the person only within the period and at the times that the flag names."
