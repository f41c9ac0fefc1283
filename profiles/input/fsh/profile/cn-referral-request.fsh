// A referral to a specialist or to behavioural health. https://hl7.org/fhir/R4/servicerequest.html
Profile: CnReferralRequest
Parent: ServiceRequest
Id: cn-referral-request
Title: "Referral request"
Description: "An order that sends a person to another provider and is followed until the loop is closed."
* ^purpose = "US Core ServiceRequest; BSeR referral-servicerequest"
* insert OurOrder
* insert KindOfRequest(referral)
* code from CnReferralTypes (preferred)

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
