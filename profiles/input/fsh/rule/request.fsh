// What holds for the requests of ours. https://hl7.org/fhir/R4/servicerequest.html
RuleSet: OurRequest
* obeys cn-sr-1
* identifier and requisition and status and intent and priority and category and subject and occurrence[x] and authoredOn MS
* requester and performerType and performer and reasonCode and reasonReference and insurance and supportingInfo and note MS
* requisition.system 1..1
* requisition.system = "$CB/identifier/episode"
* requisition.value 1..1
* code 1..1 MS

// One category of ours says which kind of request it is, so that it is recognised without a claim in meta.profile.
RuleSet: KindOfRequest(code)
* insert SlicedByPattern(category)
* category contains kind 0..1 MS
* category[kind] = CnCategory#{code}

// What holds for every order that sends a person to another provider: it has a reason, and the choice of provider is told.
RuleSet: OurOrder
* insert OurRequest
* obeys cn-sr-2 and cn-sr-3
* intent from CnOrderIntents (required)
* basedOn and encounter and orderDetail MS
* insert SlicedByType(identifier)
* identifier contains placer 0..1 MS and filler 0..1 MS
* identifier[placer].type = $v2-0203#PLAC
* identifier[filler].type = $v2-0203#FILL
* insert SlicedByPattern(orderDetail)
* orderDetail contains contact-prohibited 0..1 MS
* orderDetail[contact-prohibited] = $sdohcc#contacting-subject-prohibited
* extension contains
    NetworkDecision named network-decision 0..1 MS and
    ReferralQuestion named referral-question 0..1 MS and
    Expires named expires 0..1 MS and
    http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal named pertains-to-goal 0..* MS

// An order for a service that the programme contracts for itself: the place of the service is told too.
RuleSet: ContractedService(name, category)
* insert OurOrder
* locationReference MS
* category 1..* MS
* insert SlicedByPattern(category)
* category contains {name} 1..1 MS
* category[{name}] = {category}

Invariant: cn-sr-1
Description: "An active order says who asks and since when: give requester and authoredOn."
Severity: #error
Expression: "status = 'active' implies (requester.exists() and authoredOn.exists())"

Invariant: cn-sr-2
Description: "A referral states a reason: give reasonCode or reasonReference."
Severity: #error
Expression: "reasonCode.exists() or reasonReference.exists()"

Invariant: cn-sr-3
Description: "A provider outside the network is picked for a reason: give the part reason in the extension network-decision."
Severity: #error
Expression: "extension.where(url = '$CB/StructureDefinition/network-decision').extension.where(url = 'tier' and value.coding.code = 'out-of-network').exists() implies extension.where(url = '$CB/StructureDefinition/network-decision').extension.where(url = 'reason').exists()"
