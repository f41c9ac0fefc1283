// Whose training, certification or licence must not have run out for a task to be theirs. https://hl7.org/fhir/R4/practitioner-definitions.html#Practitioner.qualification
Instance: practice-navigator-training-current
InstanceOf: CnPracticeRule
Usage: #example
Title: "Training of navigators"
Description: "A navigator whose training has run out gets no navigation tasks."
* insert Practice(navigator-training-current)
* insert Tasks(navigation)
* insert Move(owned)
* insert Requirement(navigator)
* insert RequirementAlsoOf(benefits-navigator)
* insert Qualification(pin-training)
* insert Qualification(chi-training)
* insert WhenRecorded
* extension[rule].extension[sentence].valueString = "The training of the navigator has run out. Have it renewed, or give the task to somebody else."

Instance: practice-peer-certification-current
InstanceOf: CnPracticeRule
Usage: #example
Title: "Certification of peers"
Description: "A peer specialist whose certification has run out gets no tasks of going along."
* insert Practice(peer-certification-current)
* insert Tasks(nav-accompany)
* insert Move(owned)
* insert Requirement(peer)
* insert Qualification(peer-certification)
* insert WhenRecorded
* extension[rule].extension[sentence].valueString = "The certification of the peer specialist has run out. Have it renewed, or give the task to somebody else."

Instance: practice-chw-certification-current
InstanceOf: CnPracticeRule
Usage: #example
Title: "Certification of health workers"
Description: "A community health worker whose certification has run out gets no navigation tasks."
* insert Practice(chw-certification-current)
* insert Tasks(navigation)
* insert Move(owned)
* insert Requirement(chw)
* insert Qualification(chw-certification)
* insert Qualification(chi-training)
* insert WhenRecorded
* extension[rule].extension[sentence].valueString = "The certification of the community health worker has run out. Have it renewed, or give the task to somebody else."

Instance: practice-clinical-licence-current
InstanceOf: CnPracticeRule
Usage: #example
Title: "Licence of clinicians"
Description: "A clinician whose licence has run out gets no coordination tasks."
* insert Practice(clinical-licence-current)
* insert Tasks(coordination)
* insert Move(owned)
* insert Requirement(rn)
* insert RequirementAlsoOf(lpn)
* insert RequirementAlsoOf(lcsw)
* insert RequirementAlsoOf(np-pa)
* insert RequirementAlsoOf(physician)
* insert RequirementAlsoOf(pharmacist)
* insert Qualification(licence)
* insert WhenRecorded
* extension[rule].extension[sentence].valueString = "The licence of the clinician has run out. Have it renewed, or give the task to somebody else."
