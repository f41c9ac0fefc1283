// What a scheduler may do: book visits, and the tasks that lead to them; nothing of the record. https://hl7.org/fhir/R4/basic.html
Instance: policy-scheduler
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Scheduler"
Description: "A scheduler registers people and books their visits."
* insert Policy(scheduler)
* insert Staff
* insert ReadDemographics(any)
* insert ReadConsents(any)
* insert ReadContacts(any)
* insert Register
* insert BookAppointments(any)
* insert LogContacts(any)
* insert Rule(scheduling-tasks, crus, any)
* insert Type(Task)
* extension[rule][=].extension[criteria].valueString = "code=$CB/CodeSystem/cn-task-code|nav-schedule,$CB/CodeSystem/cn-task-code|nav-reminder,$CB/CodeSystem/cn-task-code|nav-no-show-recovery"
* insert LogTime
* insert Purpose(PATADMIN)
