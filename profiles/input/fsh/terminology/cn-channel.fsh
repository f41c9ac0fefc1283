// The ways in which a contact is made. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnChannel
Id: cn-channel
Title: "Channel"
Description: "The ways in which a contact is made."
* insert OurCodeSystem
* #phone "Telephone" "By telephone."
* #video "Video" "By video."
* #in-person "In person" "Face to face."
* #portal "Portal" "Through the portal of the patient."
* #sms "Text message" "By text message."
* #secure-message "Secure message" "By a protected message."
* #fax "Fax" "By fax."
* #letter "Letter" "By post."

ValueSet: CnChannels
Id: cn-channel
Title: "Channel"
Description: "All of cn-channel."
* insert OurValueSet
* include codes from system CnChannel
