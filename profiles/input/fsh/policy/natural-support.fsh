// What a relative or friend may do: what the person has let them help with. https://hl7.org/fhir/R4/basic.html
Instance: policy-natural-support
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Natural support"
Description: "A relative or friend sees the plan and the visits that they help with, and does the tasks that are theirs."
* insert Policy(natural-support)
* insert Person
* insert Rule(read-shared-plan, rs, assigned)
* insert Type(CarePlan)
* insert Type(CareTeam)
* insert Type(Patient)
* insert Rule(own-visits, rs, any)
* insert Type(Appointment)
* extension[rule][=].extension[criteria].valueString = "actor={user}"
* insert Rule(own-tasks, rus, assigned)
* insert Type(Task)
* extension[rule][=].extension[criteria].valueString = "owner={user}"
* insert Purpose(CAREMGT)
