// Says that a person wants help with a barrier now. https://hl7.org/fhir/R4/extensibility.html
Extension: WantsHelp
Id: wants-help
Title: "Wants help"
Description: "The person wants help with this now; it comes before barriers that can wait."
Context: Condition
* value[x] only boolean
* value[x] 1..1
