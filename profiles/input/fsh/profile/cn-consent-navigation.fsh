// What a person has agreed to. https://hl7.org/fhir/R4/consent.html
Profile: CnConsentNavigation
Parent: Consent
Id: cn-consent-navigation
Title: "Consent"
Description: "The consent to a programme, to the use of substance-use records, or to the sharing of social needs."
* obeys cn-co-1
* status and scope and category and patient and dateTime and performer and organization and source[x] and policyRule MS
* provision and provision.period and provision.actor and provision.purpose and provision.securityLabel and provision.data MS
* insert SlicedByPattern(category)
* category contains billing-consent 0..1 MS and idscl 0..1 MS and part2-tpo 0..1 MS
* category[billing-consent] = CnCategory#billing-consent
* category[idscl] = $v3-ActCode#IDSCL
* category[part2-tpo] = CnCategory#part2-tpo
* patient 1..1
* organization 1..*
* provision.purpose from CnPurposes (extensible)
* provision.securityLabel from CnSecurityLabels (extensible)

Invariant: cn-co-1
Description: "An active consent is dated and shown: give dateTime, and sourceAttachment or sourceReference."
Severity: #error
Expression: "status = 'active' implies (dateTime.exists() and source.exists())"

ValueSet: CnPurposes
Id: cn-purpose
Title: "Purposes of use"
Description: "The purposes for which records may be used; codes only."
* insert OurValueSet
* $v3-ActReason#TREAT
* $v3-ActReason#HPAYMT
* $v3-ActReason#HOPERAT
* $v3-ActReason#CAREMGT
* $v3-ActReason#HQUALIMP
* $v3-ActReason#PATADMIN
* $v3-ActReason#ETREAT
* $v3-ActReason#BTG
* $v3-ActReason#PUBHLTH
* $v3-ActReason#HOUTCOMS
* $v3-ActReason#HPRGRP
* $v3-ActReason#ELIGDTRM
* $v3-ActReason#SUPNWK

ValueSet: CnSecurityLabels
Id: cn-security-label
Title: "Security labels"
Description: "The labels of records that are shared with more care than others; codes only."
* insert OurValueSet
* insert SecurityLabels

// The labels that both consents and access policies speak of.
RuleSet: SecurityLabels
* $v3-ActCode#PSY
* $v3-ActCode#MH
* $v3-ActCode#BH
* $v3-ActCode#PSYTHPN
* $v3-ActCode#SUD
* $v3-ActCode#ETH
* $v3-ActCode#ETHUD
* $v3-ActCode#OPIOIDUD
* $v3-ActCode#HIV
* $v3-ActCode#STD
* $v3-ActCode#SDV
* $v3-ActCode#VIO
* $v3-ActCode#COGN
* $v3-ActCode#42CFRPart2
