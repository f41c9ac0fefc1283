// Rules of access policies that do non-clinical work: registering, booking, contacts, forms, barriers, plans, tasks, time. https://hl7.org/fhir/R4/task.html
RuleSet: Register
* insert Rule(register, cu, any)
* insert Type(Coverage)
* insert Type(Patient)
* insert Type(RelatedPerson)

RuleSet: BookAppointments(whose)
* insert Rule(book-appointments, cu, {whose})
* insert Type(Appointment)
* insert Type(AppointmentResponse)
* insert Type(Slot)

RuleSet: LogContacts(whose)
* insert Rule(log-contacts, cu, {whose})
* insert Type(Communication)
* insert Type(CommunicationRequest)

RuleSet: KeepContactSafety(whose)
* insert Rule(keep-contact-safety, cu, {whose})
* insert Type(Flag)

RuleSet: AnswerQuestionnaires(whose)
* insert Rule(answer-questionnaires, cu, {whose})
* insert Type(QuestionnaireResponse)

// How ready an organisation is; a form that is about no person.
RuleSet: AssessReadiness
* insert Rule(assess-readiness, crus, any)
* insert Type(QuestionnaireResponse)
* extension[rule][=].extension[criteria].valueString = "questionnaire=$CB/Questionnaire/cn-q-org-readiness"

RuleSet: RecordBarriers(whose)
* insert Rule(record-barriers, cu, {whose})
* insert Type(Condition)
* extension[rule][=].extension[criteria].valueString = "category=$CB/CodeSystem/cn-category|cn-barrier&category:not=http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item,http://terminology.hl7.org/CodeSystem/condition-category|encounter-diagnosis"

RuleSet: KeepCarePlans(whose)
* insert Rule(keep-care-plans, cu, {whose})
* insert Type(CarePlan)
* insert Type(CareTeam)
* insert Type(EpisodeOfCare)
* insert Type(Goal)
* insert Type(List)
* insert Type(RequestGroup)

RuleSet: WriteDocuments(whose)
* insert Rule(write-documents, cu, {whose})
* insert Type(Binary)
* insert Type(Composition)
* insert Type(DocumentReference)

// Consents that open nothing: whoever would see more by a consent does not put it into force.
RuleSet: DraftConsents(whose)
* insert Rule(draft-consents, cu, {whose})
* insert Type(Consent)
* extension[rule][=].extension[criteria].valueString = "status=draft,proposed,rejected,inactive"

RuleSet: RecordConsents
* insert Rule(record-consents, cu, any)
* insert Type(Consent)

// What may be done with which task is told by the scope of practice of the server.
RuleSet: WorkTasks(whose)
* insert Rule(work-tasks, cu, {whose})
* insert Type(Task)

RuleSet: WithdrawTasks
* insert Rule(withdraw-tasks, d, any)
* insert Type(Task)
* extension[rule][=].extension[criteria].valueString = "status=draft,requested,entered-in-error"

RuleSet: LogTime
* insert Rule(log-time, crus, any)
* insert Type(Observation)
* extension[rule][=].extension[criteria].valueString = "category=$CB/CodeSystem/cn-category|cn-activity&performer={user}"
