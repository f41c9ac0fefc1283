// The times at which a person may be contacted: each begins at a timeOfDay, and lasts as long as duration says. https://hl7.org/fhir/R4/extensibility.html
Extension: SafeTimes
Id: safe-times
Title: "Safe times"
Description: "The times at which a person may be contacted: each begins at a timeOfDay of the days named, and lasts as long as duration says."
Context: Flag
* value[x] 1..1
* value[x] only Timing
