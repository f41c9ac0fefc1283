// Something that the person, or somebody close to them, is asked to do, as a Task. https://hl7.org/fhir/R4/task.html
Profile: CnPatientTask
Parent: Task
Id: cn-patient-task
Title: "To-do of the person"
Description: "A to-do for the person or a natural support: fill in a form, read something, answer a question, call somebody."
* ^purpose = "Gravity TaskForPatient"
* insert AnyTask
* obeys cn-pt-1 and cn-pt-2 and cn-pt-3 and cn-pt-4 and cn-pt-5
* language MS
* status from CnPatientTaskStatuses (required)
* statusReason.text 1..1 MS
* intent = #order
* priority 1..1 MS
* priority from CnPatientTaskPriorities (required)
* code.coding ^slicing.discriminator.type = #value
* code.coding ^slicing.discriminator.path = "$this"
* code.coding ^slicing.rules = #open
* code.coding contains to-do 1..1 MS and family 0..1 MS
* code.coding[to-do] from CnPatientTaskCodes (required)
* code.coding[family] = CnTaskCode#patient-to-do
* for 1..1
* for only Reference(Patient)
* authoredOn 1..1
* requester 1..1
* requester only Reference(PractitionerRole or Organization)
* owner 1..1
* owner only Reference(Patient or RelatedPerson)
* partOf MS
* insert SlicedByType(input)
* input contains
    questionnaire 0..1 MS and
    questionnaire-pdf 0..1 MS and
    questionnaire-url 0..1 MS and
    questionnaire-category 0..1 MS and
    contact 0..* MS
* input[questionnaire].type = $sdc-temp#questionnaire
* input[questionnaire].value[x] only canonical
* input[questionnaire-pdf].type = $sdohcc#questionnaire-pdf
* input[questionnaire-pdf].value[x] only Reference(DocumentReference)
* input[questionnaire-url].type = $sdohcc#questionnaire-url
* input[questionnaire-url].value[x] only url
* input[questionnaire-category].type = $sdohcc#questionnaire-category
* input[questionnaire-category].value[x] only CodeableConcept
* input[contact].type = $sdohcc#contact-entity
* input[contact].value[x] only Reference(HealthcareService or PractitionerRole or Practitioner or Organization)
* insert SlicedByType(output)
* output contains
    questionnaire-response 0..1 MS and
    questionnaire-pdf-completed 0..1 MS and
    general-information-response 0..* MS and
    chosen-contact 0..1 MS
* output[questionnaire-response].type = $sdc-temp#questionnaire-response
* output[questionnaire-response].value[x] only Reference(QuestionnaireResponse)
* output[questionnaire-pdf-completed].type = $sdohcc#questionnaire-pdf-completed
* output[questionnaire-pdf-completed].value[x] only Reference(DocumentReference)
* output[general-information-response].type = $sdohcc#general-information-response
* output[general-information-response].value[x] only markdown
* output[chosen-contact].type = $sdohcc#chosen-contact
* output[chosen-contact].value[x] only markdown

Invariant: cn-pt-1
Description: "Whoever is asked to fill in a form is told which: give one input of type questionnaire, questionnaire-pdf or questionnaire-url, and a questionnaire-category."
Severity: #error
Expression: "code.coding.where(code = 'complete-questionnaire').exists() implies (input.where(type.coding.where(code in ('questionnaire'|'questionnaire-pdf'|'questionnaire-url')).exists()).count() = 1 and input.where(type.coding.where(code = 'questionnaire-category').exists()).exists())"

Invariant: cn-pt-2
Description: "Whoever is asked to read something is told what: give focus with a DocumentReference."
Severity: #error
Expression: "code.coding.where(code = 'review-material').exists() implies focus.where(reference.matches('^(.*/)?DocumentReference/.*')).exists()"

Invariant: cn-pt-3
Description: "Whoever is asked to call somebody is told whom: give an input of type contact-entity."
Severity: #error
Expression: "code.coding.where(code = 'make-contact').exists() implies input.where(type.coding.where(code = 'contact-entity').exists()).exists()"

Invariant: cn-pt-4
Description: "A question to the person, or a person to call, is described: give description."
Severity: #error
Expression: "code.coding.where(code in ('general-information'|'make-contact')).exists() implies description.exists()"

Invariant: cn-pt-5
Description: "The output of a to-do answers it: a form by questionnaire-response or questionnaire-pdf-completed, a question by general-information-response, a call by chosen-contact."
Severity: #error
Expression: "output.exists() implies ((input.type.coding.where(code = 'questionnaire').exists() implies output.type.coding.where(code = 'questionnaire-response').exists()) and (input.type.coding.where(code = 'questionnaire-pdf').exists() implies output.type.coding.where(code = 'questionnaire-pdf-completed').exists()) and (code.coding.where(code = 'general-information').exists() implies output.all(type.coding.where(code = 'general-information-response').exists())) and (code.coding.where(code = 'make-contact').exists() implies output.all(type.coding.where(code = 'chosen-contact').exists())))"

ValueSet: CnPatientTaskCodes
Id: cn-patient-task-code
Title: "To-dos of the person"
Description: "What a person, or somebody close to them, may be asked to do."
* insert OurValueSet
* $sdohcc#make-contact
* $sdohcc#review-material
* $sdohcc#general-information
* $sdc-temp#complete-questionnaire

ValueSet: CnPatientTaskStatuses
Id: cn-patient-task-status
Title: "Status of a to-do"
Description: "The states that a to-do of the person goes through."
* insert OurValueSet
* http://hl7.org/fhir/task-status#ready
* http://hl7.org/fhir/task-status#in-progress
* http://hl7.org/fhir/task-status#completed
* http://hl7.org/fhir/task-status#cancelled
* http://hl7.org/fhir/task-status#on-hold
* http://hl7.org/fhir/task-status#failed
* http://hl7.org/fhir/task-status#entered-in-error

ValueSet: CnPatientTaskPriorities
Id: cn-patient-task-priority
Title: "Priority of a to-do"
Description: "A to-do of the person is either routine or urgent."
* insert OurValueSet
* http://hl7.org/fhir/request-priority#routine
* http://hl7.org/fhir/request-priority#urgent
