// The three ways in which our profiles slice a list. https://hl7.org/fhir/R4/profiling.html#slicing
RuleSet: SlicedBySystem(element)
* {element} ^slicing.discriminator.type = #value
* {element} ^slicing.discriminator.path = "system"
* {element} ^slicing.rules = #open

RuleSet: SlicedByType(element)
* {element} ^slicing.discriminator.type = #pattern
* {element} ^slicing.discriminator.path = "type"
* {element} ^slicing.rules = #open

RuleSet: SlicedByPattern(element)
* {element} ^slicing.discriminator.type = #pattern
* {element} ^slicing.discriminator.path = "$this"
* {element} ^slicing.rules = #open
