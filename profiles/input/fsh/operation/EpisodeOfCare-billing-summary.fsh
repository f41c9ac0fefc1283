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
* parameter[0].documentation = "The month, YYYY-MM, on the clock of the organisation that manages the enrolment."
* insert Out(1, month, 1, 1, date)
* parameter[1].documentation = "The month."
* insert Out(2, programme, 0, 1, code)
* parameter[2].documentation = "Code of cn-programme."
* insert Out(3, ended, 1, 1, boolean)
* parameter[3].documentation = "Whether the month is over."
* insert Out(4, recorded, 1, 1, integer)
* parameter[4].documentation = "All minutes that were logged for the programme in the month."
* insert Out(5, minutes, 1, 1, integer)
* parameter[5].documentation = "The minutes that count."
* parameter[6].name = #unbilled
* parameter[6].use = #out
* parameter[6].min = 0
* parameter[6].max = "*"
* parameter[6].documentation = "Minutes that are on no line, by reason."
* parameter[6].part[0].name = #reason
* parameter[6].part[0].use = #out
* parameter[6].part[0].min = 1
* parameter[6].part[0].max = "1"
* parameter[6].part[0].type = #CodeableConcept
* parameter[6].part[0].documentation = "Code of cn-billing-gap, and a sentence."
* parameter[6].part[1].name = #minutes
* parameter[6].part[1].use = #out
* parameter[6].part[1].min = 1
* parameter[6].part[1].max = "1"
* parameter[6].part[1].type = #integer
* parameter[6].part[1].documentation = "How many."
* parameter[7].name = #progress
* parameter[7].use = #out
* parameter[7].min = 0
* parameter[7].max = "*"
* parameter[7].documentation = "How far the minutes have come towards the first unit of a code."
* parameter[7].part[0].name = #code
* parameter[7].part[0].use = #out
* parameter[7].part[0].min = 1
* parameter[7].part[0].max = "1"
* parameter[7].part[0].type = #Coding
* parameter[7].part[0].documentation = "The code."
* parameter[7].part[1].name = #minutes
* parameter[7].part[1].use = #out
* parameter[7].part[1].min = 1
* parameter[7].part[1].max = "1"
* parameter[7].part[1].type = #integer
* parameter[7].part[1].documentation = "The minutes that count towards it."
* parameter[7].part[2].name = #needed
* parameter[7].part[2].use = #out
* parameter[7].part[2].min = 1
* parameter[7].part[2].max = "1"
* parameter[7].part[2].type = #integer
* parameter[7].part[2].documentation = "The minutes that it takes."
* parameter[8].name = #line
* parameter[8].use = #out
* parameter[8].min = 0
* parameter[8].max = "*"
* parameter[8].documentation = "A line for a claim, for a biller to review."
* parameter[8].part[0].name = #code
* parameter[8].part[0].use = #out
* parameter[8].part[0].min = 1
* parameter[8].part[0].max = "1"
* parameter[8].part[0].type = #Coding
* parameter[8].part[0].documentation = "What could be billed."
* parameter[8].part[1].name = #units
* parameter[8].part[1].use = #out
* parameter[8].part[1].min = 1
* parameter[8].part[1].max = "1"
* parameter[8].part[1].type = #positiveInt
* parameter[8].part[1].documentation = "How often."
* parameter[8].part[2].name = #date
* parameter[8].part[2].use = #out
* parameter[8].part[2].min = 1
* parameter[8].part[2].max = "1"
* parameter[8].part[2].type = #date
* parameter[8].part[2].documentation = "The day on which it was earned."
* parameter[8].part[3].name = #instead
* parameter[8].part[3].use = #out
* parameter[8].part[3].min = 1
* parameter[8].part[3].max = "1"
* parameter[8].part[3].type = #boolean
* parameter[8].part[3].documentation = "Whether it stands instead of the other lines, and not beside them."
* parameter[8].part[4].name = #minutes
* parameter[8].part[4].use = #out
* parameter[8].part[4].min = 1
* parameter[8].part[4].max = "1"
* parameter[8].part[4].type = #integer
* parameter[8].part[4].documentation = "The minutes that it takes."
* parameter[8].part[5].name = #rendering
* parameter[8].part[5].use = #out
* parameter[8].part[5].min = 0
* parameter[8].part[5].max = "*"
* parameter[8].part[5].type = #Reference
* parameter[8].part[5].documentation = "Who worked."
* parameter[8].part[6].name = #supervising
* parameter[8].part[6].use = #out
* parameter[8].part[6].min = 0
* parameter[8].part[6].max = "*"
* parameter[8].part[6].type = #Reference
* parameter[8].part[6].documentation = "Who supervised the work."
* parameter[8].part[7].name = #billing
* parameter[8].part[7].use = #out
* parameter[8].part[7].min = 0
* parameter[8].part[7].max = "1"
* parameter[8].part[7].type = #Reference
* parameter[8].part[7].documentation = "The practitioner under whom it is billed."
* parameter[8].part[8].name = #review
* parameter[8].part[8].use = #out
* parameter[8].part[8].min = 1
* parameter[8].part[8].max = "1"
* parameter[8].part[8].type = #boolean
* parameter[8].part[8].documentation = "Always true: a biller reviews it."
* insert Out(9, missing, 0, *, CodeableConcept)
* parameter[9].documentation = "What stands in the way: code of cn-billing-gap, and what to do."
