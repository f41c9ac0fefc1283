// The minutes of one month of an enrolment, and what could be billed for them. https://hl7.org/fhir/R4/operations.html
Instance: EpisodeOfCare-billing-summary
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(EpisodeOfCare-billing-summary, billing-summary, BillingSummary)
* insert OnInstance(EpisodeOfCare)
* title = "Billing summary"
* description = "The minutes of one month, each counted once, what is missing, and the candidate lines for a biller to review."
* affectsState = false
* insert In(0, month, 1, 1, date)
* parameter[0].documentation = "The month, YYYY-MM."
* insert Out(1, minutes, 1, 1, integer)
* parameter[1].documentation = "The minutes that count."
* insert Out(2, missing, 0, *, string)
* parameter[2].documentation = "What stands in the way: consent, initiating visit, credential, another practitioner."
* insert Out(3, line, 0, *, Coding)
* parameter[3].documentation = "A candidate line."
