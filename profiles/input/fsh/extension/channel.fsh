// The way in which a contact is made. https://hl7.org/fhir/R4/extensibility.html
Extension: Channel
Id: channel
Title: "Channel"
Description: "The way in which a contact is made."
Context: Task, Communication
* value[x] 1..1
* value[x] only code
* value[x] from CnChannels (required)
