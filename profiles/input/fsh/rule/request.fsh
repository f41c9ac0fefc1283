// What holds for every ServiceRequest of ours. https://hl7.org/fhir/R4/servicerequest.html
RuleSet: OurRequest
* obeys cn-sr-1
* identifier and requisition and status and intent and priority and category and subject and occurrence[x] and authoredOn MS
* requester and performerType and performer and reasonCode and reasonReference and insurance and supportingInfo and note MS
* requisition.system 1..1
* requisition.system = "$CB/identifier/episode"
* requisition.value 1..1
* code 1..1 MS

Invariant: cn-sr-1
Description: "An active order says who asks and since when: give requester and authoredOn."
Severity: #error
Expression: "status = 'active' implies (requester.exists() and authoredOn.exists())"
