// The question that the referral asks, in one or two sentences. https://hl7.org/fhir/R4/extensibility.html
Extension: ReferralQuestion
Id: referral-question
Title: "Referral question"
Description: "The question that the referral asks, in one or two sentences."
Context: ServiceRequest
* value[x] 1..1
* value[x] only string
