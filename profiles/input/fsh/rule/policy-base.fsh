// Rules of access policies that are not about charts: directory, definitions, policies, app state, groups, trails. https://hl7.org/fhir/R4/basic.html
RuleSet: DirectoryTypes
* insert Type(Endpoint)
* insert Type(HealthcareService)
* insert Type(InsurancePlan)
* insert Type(Location)
* insert Type(Organization)
* insert Type(OrganizationAffiliation)
* insert Type(Practitioner)
* insert Type(PractitionerRole)
* insert Type(Schedule)
* insert Type(Slot)

RuleSet: DefinitionTypes
* insert Type(ActivityDefinition)
* insert Type(CapabilityStatement)
* insert Type(ChargeItemDefinition)
* insert Type(CodeSystem)
* insert Type(CompartmentDefinition)
* insert Type(ConceptMap)
* insert Type(DeviceDefinition)
* insert Type(EventDefinition)
* insert Type(ExampleScenario)
* insert Type(GraphDefinition)
* insert Type(ImplementationGuide)
* insert Type(Library)
* insert Type(Measure)
* insert Type(Medication)
* insert Type(MedicationKnowledge)
* insert Type(MessageDefinition)
* insert Type(NamingSystem)
* insert Type(ObservationDefinition)
* insert Type(OperationDefinition)
* insert Type(PlanDefinition)
* insert Type(Questionnaire)
* insert Type(SearchParameter)
* insert Type(SpecimenDefinition)
* insert Type(StructureDefinition)
* insert Type(StructureMap)
* insert Type(Substance)
* insert Type(TerminologyCapabilities)
* insert Type(ValueSet)

// What everybody and every program reads.
RuleSet: Everybody
* insert Rule(read-directory, rs, any)
* insert DirectoryTypes
* insert Rule(read-definitions, rs, any)
* insert DefinitionTypes

// What every person has: the state of the apps that they use.
RuleSet: Person
* insert Everybody
* insert Rule(own-app-state, cruds, any)
* insert Type(Basic)
* extension[rule][=].extension[criteria].valueString = "subject={user}&code:not=$CB/CodeSystem/cn-category|access-policy,$CB/CodeSystem/cn-category|practice-rule"

RuleSet: ReadPolicies
* insert Rule(read-policies, rs, any)
* insert Type(Basic)
* extension[rule][=].extension[criteria].valueString = "code=$CB/CodeSystem/cn-category|access-policy,$CB/CodeSystem/cn-category|practice-rule"

// What all staff have: they may know the rules that they work under, and which groups there are.
RuleSet: Staff
* insert Person
* insert ReadPolicies

RuleSet: ReadGroups(whose)
* insert Rule(read-groups, rs, {whose})
* insert Type(Group)

RuleSet: ReadMeasures(whose)
* insert Rule(read-measures, rs, {whose})
* insert Type(MeasureReport)

RuleSet: ReadProvenance
* insert Rule(read-provenance, rs, any)
* insert Type(Provenance)
