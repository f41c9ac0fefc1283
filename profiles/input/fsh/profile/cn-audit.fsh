// Who looked at or changed what, and from where. https://hl7.org/fhir/R4/auditevent.html
Profile: CnAudit
Parent: AuditEvent
Id: cn-audit
Title: "Audit entry"
Description: "One access: which system asked, which answered, which user stood behind it, whose record it was about."
* ^purpose = "BALP, the read, create, update, delete and query of IHE Basic Audit"
* obeys cn-au-1
* type = $audit-event-type#rest
* subtype 1..* MS
* action 1..1 MS
* recorded and outcome and source and purposeOfEvent MS
* outcome 1..1
* agent 2..*
* insert SlicedByType(agent)
* agent contains destination 1..1 MS and source 1..1 MS and user 0..1 MS
* insert System(destination, $dcm#110152)
* insert System(source, $dcm#110153)
* agent[user].type 1..1
* agent[user].type = $v3-ParticipationType#IRCP
* agent[user].who 1..1
* agent[user].requestor = true
* agent[user].network 0..0
* agent[user].role and agent[user].name and agent[user].purposeOfUse MS
* agent[user].purposeOfUse from CnPurposes (extensible)
* entity MS
* insert SlicedByType(entity)
* entity contains transaction 0..1 MS and patient 0..1 MS and data 0..* MS
* entity[transaction].type 1..1
* entity[transaction].type = $balp-entity-type#XrequestId
* entity[transaction].what 1..1
* entity[transaction].what.identifier 1..1
* entity[patient].type 1..1
* entity[patient].type = $audit-entity-type#1
* entity[patient].role 1..1
* entity[patient].role = $object-role#1
* entity[patient].what 1..1
* entity[patient].what only Reference(Patient)
* entity[data].type 1..1
* entity[data].type = $audit-entity-type#2
* entity[data].role from CnObjectRoles (required)

Invariant: cn-au-1
Description: "Data in an access is named, unless it is a query: give entity.what."
Severity: #error
Expression: "entity.where(type.code = '2' and role.where(code = '24').empty()).all(what.exists())"

// A system that takes part: it is named, and it has an address.
RuleSet: System(name, type)
* agent[{name}].type 1..1
* agent[{name}].type = {type}
* agent[{name}].who 1..1
* agent[{name}].network 1..1

ValueSet: CnObjectRoles
Id: cn-object-role
Title: "Roles of data in an access"
Description: "What the data was in the access that is recorded; codes only."
* insert OurValueSet
* $object-role#4
* $object-role#3
* $object-role#20
* $object-role#24
