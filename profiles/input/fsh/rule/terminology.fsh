// What every code system and value set of ours says about itself. https://hl7.org/fhir/R4/codesystem.html
RuleSet: OurCodeSystem
* ^caseSensitive = true
* ^experimental = false

RuleSet: OurValueSet
* ^experimental = false
