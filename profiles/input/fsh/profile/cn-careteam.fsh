// Everybody who helps the person in one episode. https://hl7.org/fhir/R4/careteam.html
Profile: CnCareTeam
Parent: CareTeam
Id: cn-careteam
Title: "Care team"
Description: "Navigator, nurse, practices, peer and natural supports around one person; one of them leads."
* ^purpose = "US Core CareTeam"
* obeys cn-te-1
* status and subject and period and participant and participant.role and participant.member and participant.onBehalfOf and participant.period MS
* subject 1..1
* subject only Reference(Patient)
* participant 1..*
* participant.role 1..1
* participant.member 1..1
* participant ^slicing.discriminator.type = #pattern
* participant ^slicing.discriminator.path = "role"
* participant ^slicing.rules = #open
* participant contains
    navigator 0..* MS and
    coordinator 0..* MS and
    primary-care 0..* MS and
    behavioural-health 0..* MS and
    peer 0..* MS and
    natural-support 0..* MS and
    patient 0..1 MS
* participant[navigator].role = CnRole#navigator
* participant[navigator].member only Reference(PractitionerRole or CareTeam or Organization)
* participant[coordinator].role = CnRole#rn
* participant[coordinator].member only Reference(PractitionerRole)
* participant[primary-care].role = $sct#446050000
* participant[primary-care].member only Reference(PractitionerRole or Practitioner or Organization)
* participant[behavioural-health].role = $sct#80584001
* participant[behavioural-health].member only Reference(PractitionerRole or Practitioner or Organization)
* participant[peer].role = CnRole#peer
* participant[peer].member only Reference(PractitionerRole)
* participant[natural-support].role = CnRole#natural-support
* participant[natural-support].member only Reference(RelatedPerson)
* participant[patient].role = CnRole#patient
* participant[patient].member only Reference(Patient)
* participant.extension contains Lead named lead 0..1 MS and MayKnow named may-know 0..* MS

Invariant: cn-te-1
Description: "One member leads a team: give the extension lead with true to one participant at most."
Severity: #error
Expression: "participant.where(extension.where(url = '$CB/StructureDefinition/lead' and value = true).exists()).count() <= 1"
