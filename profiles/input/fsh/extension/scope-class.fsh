// The class of work that the licence and training of a role cover. https://hl7.org/fhir/R4/extensibility.html
Extension: ScopeClass
Id: scope-class
Title: "Scope class"
Description: "The class of work that the licence and training of a role cover."
Context: PractitionerRole
* value[x] 1..1
* value[x] only code
* value[x] from CnScopeClasses (required)
