// Search for tasks by the stage of the referral. https://hl7.org/fhir/R4/search.html#token
Instance: Task-stage
InstanceOf: SearchParameter
Usage: #definition
* insert OurSearchParameter(Task, stage, token, TaskStage)
* description = "How far the referral has come: the business status that is a code of cn-referral-stage."
* expression = "Task.businessStatus.coding.where(system = '$CB/CodeSystem/cn-referral-stage')"
