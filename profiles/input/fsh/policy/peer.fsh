// What a peer specialist may do, for the people assigned to them: go along, listen, help people speak for themselves. https://hl7.org/fhir/R4/basic.html
Instance: policy-peer
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Peer specialist"
Description: "A peer specialist goes along with the people who are assigned to them; all of the record that is seen is theirs."
* insert Policy(peer)
* insert Staff
* insert ReadDemographics(assigned)
* insert ReadCareRecord(assigned)
* insert ReadConsents(assigned)
* insert ReadTasks(assigned)
* insert ReadContacts(assigned)
* insert ReadMinimum(assigned)
* insert BookAppointments(assigned)
* insert LogContacts(assigned)
* insert AnswerQuestionnaires(assigned)
* insert RecordBarriers(assigned)
* insert Rule(accompany, cu, assigned)
* insert Type(Task)
* extension[rule][=].extension[criteria].valueString = "code=$CB/CodeSystem/cn-task-code|nav-accompany"
* insert LogTime
* insert LabelsWithConsentOfAssigned
* insert Purpose(CAREMGT)
