// Starts a plan for a person. https://hl7.org/fhir/R4/plandefinition.html
Instance: Patient-start-plan
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Patient-start-plan, start-plan, PatientStartPlan)
* insert OnInstance(Patient)
* title = "Start a plan"
* description = "Carries out a plan for an enrolled person: its tasks and goals are written and hang in the care plan. A plan that is under way for the same cause is not started twice."
* affectsState = true
* insert In(0, planDefinition, 1, 1, canonical)
* parameter[0].documentation = "The plan, by its canonical; of several versions the one in force."
* insert In(1, encounter, 0, 1, Reference)
* parameter[1].documentation = "The encounter that it is about; its end starts the clocks."
* insert In(2, reason, 0, 1, CodeableConcept)
* parameter[2].documentation = "Why it is started."
* insert Out(3, return, 1, 1, RequestGroup)
* parameter[3].documentation = "The started plan, with its tasks."
