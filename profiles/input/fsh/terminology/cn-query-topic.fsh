// What an inbound question is about. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnQueryTopic
Id: cn-query-topic
Title: "Query topic"
Description: "What an inbound question is about."
* insert OurCodeSystem
* #coverage "Coverage" "Whether something is covered."
* #cost-estimate "Cost estimate" "What something will cost."
* #provider-search "Provider search" "Who can provide the care."
* #appointment "Appointment" "A visit to book, move or cancel."
* #referral-status "Referral status" "How far a referral has come."
* #authorisation-status "Authorisation status" "Whether the payer has agreed."
* #id-card "Member card" "The member card of the plan."
* #pharmacy "Pharmacy" "A medicine or a pharmacy."
* #bill "Bill" "A bill or a claim."
* #transport "Transport" "A ride to a visit."
* #records "Records" "Medical records or a release."
* #symptom "Symptom" "A symptom: a clinician must hear of it at once."
* #crisis "Crisis" "A crisis: a clinician must hear of it at once."
* #other "Other" "Anything else."

ValueSet: CnQueryTopics
Id: cn-query-topic
Title: "Query topic"
Description: "All of cn-query-topic."
* insert OurValueSet
* include codes from system CnQueryTopic
