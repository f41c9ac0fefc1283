// A referral to a specialist or to behavioural health. https://hl7.org/fhir/R4/servicerequest.html
Profile: CnReferralRequest
Parent: ServiceRequest
Id: cn-referral-request
Title: "Referral request"
Description: "An order that sends a person to another provider and is followed until the loop is closed."
* insert OurRequest
* obeys cn-sr-2 and cn-sr-3
* intent from CnOrderIntents (required)
* code from CnReferralTypes (preferred)
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

Invariant: cn-sr-2
Description: "A referral states a reason: give reasonCode or reasonReference."
Severity: #error
Expression: "reasonCode.exists() or reasonReference.exists()"

Invariant: cn-sr-3
Description: "A provider outside the network is picked for a reason: give the part reason in the extension network-decision."
Severity: #error
Expression: "extension.where(url = '$CB/StructureDefinition/network-decision').extension.where(url = 'tier' and value.coding.code = 'out-of-network').exists() implies extension.where(url = '$CB/StructureDefinition/network-decision').extension.where(url = 'reason').exists()"

ValueSet: CnOrderIntents
Id: cn-order-intent
Title: "Order intents"
Description: "The intents of a request that is an order, not a plan or a proposal."
* insert OurValueSet
* http://hl7.org/fhir/request-intent#order
* http://hl7.org/fhir/request-intent#original-order
* http://hl7.org/fhir/request-intent#filler-order

ValueSet: CnReferralTypes
Id: cn-referral-type
Title: "Referral types"
Description: "SNOMED CT codes of the referrals that the programme makes most; codes only."
* insert OurValueSet
* $sct#308471005
* $sct#308477009
* $sct#306278007
* $sct#306275005
* $sct#306284005
* $sct#103699006
* $sct#428471000124108
* $sct#308451001
* $sct#308479007
* $sct#306286007
* $sct#306265007
* $sct#306288008
* $sct#183561008
* $sct#306338003
* $sct#103696004
* $sct#183524004
* $sct#306227000
* $sct#390866009
* $sct#183583007
* $sct#711281004
* $sct#134403003
* $sct#306362008
