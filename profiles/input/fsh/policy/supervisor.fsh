// What a supervisor may do: see and assign all work, correct time; labelled records only by their trail. https://hl7.org/fhir/R4/basic.html
Instance: policy-supervisor
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Supervisor"
Description: "A supervisor sees and assigns all work and corrects the time that was logged."
* insert Policy(supervisor)
* insert Staff
* insert ReadDemographics(any)
* insert ReadCareRecord(any)
* insert ReadOrders(any)
* insert ReadDocuments(any)
* insert ReadConsents(any)
* insert ReadTasks(any)
* insert ReadContacts(any)
* insert ReadClinicalRecord(any)
* insert ReadGroups(any)
* insert ReadClaims(any)
* insert ReadMeasures(any)
* insert ReadProvenance
* insert Register
* insert BookAppointments(any)
* insert LogContacts(any)
* insert KeepContactSafety(any)
* insert KeepCarePlans(any)
* insert WorkTasks(any)
* insert WithdrawTasks
* insert Rule(correct-time, cu, any)
* insert Type(Observation)
* extension[rule][=].extension[criteria].valueString = "category=$CB/CodeSystem/cn-category|cn-activity"
* insert AssessReadiness
* insert Purpose(CAREMGT)
* insert Purpose(HOPERAT)
