// Makes the index rows of a posted search parameter anew. https://hl7.org/fhir/R4/operations.html
Instance: SearchParameter-reindex
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(SearchParameter-reindex, reindex, Reindex)
* insert OnInstance(SearchParameter)
* title = "Reindex"
* description = "Makes the index rows of a posted search parameter anew. The answer is 202 with the address of the job in Content-Location; the job is asked for its state there."
* affectsState = true
* insert Out(0, return, 1, 1, Parameters)
* parameter[0].documentation = "How far the job is."
