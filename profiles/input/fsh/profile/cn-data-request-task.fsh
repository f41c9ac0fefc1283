// The request to another organisation or a payer for records, as a Task. https://hl7.org/fhir/R4/task.html
Profile: CnDataRequestTask
Parent: Task
Id: cn-data-request-task
Title: "Data request task"
Description: "Asks another organisation or a payer for records, by a query, a document type or a questionnaire, to coordinate care."
* ^purpose = "CDex task-data-request"
* insert AnyTask
* obeys cn-dr-1
* status from CnDataRequestStatuses (required)
* intent = #order
* insert SlicedBySystem(code.coding)
* code.coding contains request 1..1 MS
* code.coding[request].system 1..1
* code.coding[request].system = "http://hl7.org/fhir/us/davinci-cdex/CodeSystem/cdex-temp"
* code.coding[request].code 1..1
* code.coding[request] from CnDataRequestCodes (required)
* basedOn and businessStatus.text and statusReason.text and reasonCode.text and reasonReference MS
* focus 0..0
* for 1..1
* for only Reference(Patient)
* authoredOn 1..1
* requester 1..1
* owner 1..1
* insert SlicedByType(input)
* input contains
    data-query 0..* MS and
    data-code 0..* MS and
    questionnaire 0..* and
    signature-flag 0..1 MS and
    purpose-of-use 0..1 MS
* input[data-query].type = $hrex-temp#data-query
* input[data-query].value[x] only string
* input[data-code].type = $hrex-temp#data-code
* input[data-code].value[x] only CodeableConcept
* input[data-code].value[x] from CnDocuments (extensible)
* input[questionnaire].type = $cdex-temp#questionnaire
* input[questionnaire].value[x] only canonical
* input[signature-flag].type = $cdex-temp#signature-flag
* input[signature-flag].value[x] only boolean
* input[purpose-of-use].type = $cdex-temp#purpose-of-use
* input[purpose-of-use].value[x] only CodeableConcept
* input[purpose-of-use].value[x] from CnDataRequestPurposes (extensible)
* insert SlicedByType(output)
* output contains data-value 0..* MS and response 0..*
* output[data-value].type = $hrex-temp#data-value
* output[data-value].value[x] only Reference
* output[response].type = $cdex-temp#questionnaire-response
* output[response].value[x] only Reference(QuestionnaireResponse)

Invariant: cn-dr-1
Description: "A data request says what it asks for: give an input of type data-query, data-code or questionnaire."
Severity: #error
Expression: "input.where(type.coding.where(code in ('data-query'|'data-code'|'questionnaire')).exists()).exists()"

ValueSet: CnDataRequestCodes
Id: cn-data-request-code
Title: "Ways to ask for data"
Description: "Whether data is asked for by a query, by a code or by a questionnaire."
* insert OurValueSet
* $cdex-temp#data-request-query
* $cdex-temp#data-request-code
* $cdex-temp#data-request-questionnaire

ValueSet: CnDataRequestStatuses
Id: cn-data-request-status
Title: "Status of a data request"
Description: "The states that a request for data goes through."
* insert OurValueSet
* http://hl7.org/fhir/task-status#requested
* http://hl7.org/fhir/task-status#accepted
* http://hl7.org/fhir/task-status#rejected
* http://hl7.org/fhir/task-status#in-progress
* http://hl7.org/fhir/task-status#failed
* http://hl7.org/fhir/task-status#completed
* http://hl7.org/fhir/task-status#on-hold

ValueSet: CnDocuments
Id: cn-documents
Title: "Documents"
Description: "LOINC codes of the documents that coordination reads and asks for; codes only."
* insert OurValueSet
* $loinc#57133-1
* $loinc#11488-4
* $loinc#18842-5
* $loinc#11506-3
* $loinc#18776-5
* $loinc#18761-7
* $loinc#69730-0

ValueSet: CnDataRequestPurposes
Id: cn-data-request-purpose
Title: "Purposes of a data request"
Description: "Why records are asked for; ours asks to coordinate care."
* insert OurValueSet
* $cdex-temp#care-coordination
* $cdex-temp#care-planning
* $cdex-temp#social-care
* $cdex-temp#social-risk
* $cdex-temp#referral
* $cdex-temp#orders
* $cdex-temp#quality-metrics
