// Says in plain words what a filled-in form comes to. https://hl7.org/fhir/R4/operations.html
Instance: QuestionnaireResponse-report
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(QuestionnaireResponse-report, report, QuestionnaireResponseReport)
* insert OnInstance(QuestionnaireResponse)
* title = "Report of a form"
* description = "What a readiness assessment or a person-centred assessment comes to: scores and next steps of an organisation, or the five sides of a life, with a text in markdown. Nothing is stored."
* affectsState = false
* insert In(0, language, 0, 1, code)
* parameter[0].documentation = "The language of the report, en or es; en when absent."
* insert Out(1, return, 1, 1, Parameters)
* parameter[1].documentation = "Score, domain and weakest of an organisation, or an axis for each side of a life, and the text."
