// The figures of a team: what is open, late, kept and saved. https://hl7.org/fhir/R4/operations.html
Instance: team-figures
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(team-figures, team-figures, TeamFigures)
* insert OnSystem
* title = "Figures of a team"
* description = "Open work by stage and age, promises kept and missed, how far referrals have come, barriers by type, decisions for providers with what they save, and minutes by programme, counted over what the caller may see and nothing else. Whoever may not search tasks is refused; a figure over something that the caller may not search is absent, and said to be. Codes stand with their displays."
* affectsState = false
* insert In(0, organization, 0, 1, Reference)
* parameter[0].documentation = "Counts only what is about people whose enrolment this organisation manages; all that the caller may see when absent. It asks for the right to search enrolments."
* insert In(1, period-start, 0, 1, date)
* parameter[1].documentation = "The first day; 90 days with period-end when absent."
* insert In(2, period-end, 0, 1, date)
* parameter[2].documentation = "The last day; today when absent. A period has at most 366 days."
* insert Out(3, period, 1, 1, Period)
* parameter[3].documentation = "The days that what ended or was opened is counted for, both included."
* insert Out(4, date, 1, 1, dateTime)
* parameter[4].documentation = "When it was counted."
* insert Out(5, timezone, 1, 1, code)
* parameter[5].documentation = "The clock that days and months are told by, as a name of the IANA database."
* insert Line(6, open-work, 0, *)
* parameter[6].documentation = "Work that is open now: in all, then by lane, code, status and stage."
* insert Part(6, 0, by, 1, 1, code)
* parameter[6].part[0].documentation = "What the line is about: all, lane, code, status or stage."
* insert Part(6, 1, code, 0, 1, Coding)
* parameter[6].part[1].documentation = "The lane (code of cn-phase), the code of the task, its status or its stage; absent for work that has none."
* insert Part(6, 2, count, 1, 1, integer)
* parameter[6].part[2].documentation = "How many tasks."
* insert Part(6, 3, age-0-2, 1, 1, integer)
* parameter[6].part[3].documentation = "Of those, asked for up to 2 days ago."
* insert Part(6, 4, age-3-7, 1, 1, integer)
* parameter[6].part[4].documentation = "Asked for 3 to 7 days ago."
* insert Part(6, 5, age-8-14, 1, 1, integer)
* parameter[6].part[5].documentation = "Asked for 8 to 14 days ago."
* insert Part(6, 6, age-15-30, 1, 1, integer)
* parameter[6].part[6].documentation = "Asked for 15 to 30 days ago."
* insert Part(6, 7, age-over-30, 1, 1, integer)
* parameter[6].part[7].documentation = "Asked for more than 30 days ago."
* insert Part(6, 8, late, 1, 1, integer)
* parameter[6].part[8].documentation = "Due before now, whatever the status."
* insert Part(6, 9, today, 1, 1, integer)
* parameter[6].part[9].documentation = "Due later today."
* insert Part(6, 10, later, 1, 1, integer)
* parameter[6].part[10].documentation = "Due on a later day."
* insert Part(6, 11, undated, 1, 1, integer)
* parameter[6].part[11].documentation = "Without a due date."
* insert Line(7, clock, 0, *)
* parameter[7].documentation = "How promises were kept, by kind of work."
* insert Part(7, 0, promise, 1, 1, code)
* parameter[7].part[0].documentation = "What was promised: due (that the work is done), acceptance (that a hand-off is accepted), first-response (that a question is answered)."
* insert Part(7, 1, code, 1, 1, Coding)
* parameter[7].part[1].documentation = "Code of cn-task-code."
* insert Part(7, 2, urgent, 1, 1, boolean)
* parameter[7].part[2].documentation = "Whether it is work whose priority is above routine."
* insert Part(7, 3, kept, 1, 1, integer)
* parameter[7].part[3].documentation = "Kept in time, in the period."
* insert Part(7, 4, missed, 1, 1, integer)
* parameter[7].part[4].documentation = "Kept too late, in the period."
* insert Part(7, 5, late, 1, 1, integer)
* parameter[7].part[5].documentation = "Still open, and late now; what is on hold or a draft is late for nobody."
* insert Out(8, referrals, 0, 1, integer)
* parameter[8].documentation = "Referrals that were opened in the period."
* insert Line(9, referral-stage, 0, *)
* parameter[9].documentation = "How far those referrals have come: the stages in their order, then the forks."
* insert Part(9, 0, code, 0, 1, Coding)
* parameter[9].part[0].documentation = "Code of cn-referral-stage; absent for referrals without a stage."
* insert Part(9, 1, fork, 1, 1, boolean)
* parameter[9].part[1].documentation = "Whether it is a fork, such as a missed visit or a referral that was declined: those are counted apart."
* insert Part(9, 2, standing, 1, 1, integer)
* parameter[9].part[2].documentation = "How many are there now."
* insert Part(9, 3, reached, 0, 1, integer)
* parameter[9].part[3].documentation = "How many have come as far or further, without the forks."
* insert Line(10, barrier, 0, *)
* parameter[10].documentation = "Barriers to care by type."
* insert Part(10, 0, code, 0, 1, Coding)
* parameter[10].part[0].documentation = "Code of cn-barrier-type; absent for others."
* insert Part(10, 1, open, 1, 1, integer)
* parameter[10].part[1].documentation = "How many stand in the way now."
* insert Part(10, 2, resolved, 1, 1, integer)
* parameter[10].part[2].documentation = "How many were put out of the way in the period."
* insert Line(11, network-decision, 0, *)
* parameter[11].documentation = "Decisions for a provider in the period, by service and tier."
* insert Part(11, 0, service, 0, 1, Coding)
* parameter[11].part[0].documentation = "Category of the order; absent where it has none, or is not seen."
* insert Part(11, 1, tier, 0, 1, Coding)
* parameter[11].part[1].documentation = "Code of cn-network-tier."
* insert Part(11, 2, count, 1, 1, integer)
* parameter[11].part[2].documentation = "How many."
* insert Line(12, off-network, 0, *)
* parameter[12].documentation = "Why the network, or its best tier, was left, in the period."
* insert Part(12, 0, reason, 0, 1, Coding)
* parameter[12].part[0].documentation = "Code of cn-off-network-reason; absent where the reason is a text alone."
* insert Part(12, 1, count, 1, 1, integer)
* parameter[12].part[1].documentation = "How many."
* insert Line(13, saving, 0, *)
* parameter[13].documentation = "Savings that were told in the period, by service. Those of the two kinds are never added up."
* insert Part(13, 0, kind, 1, 1, code)
* parameter[13].part[0].documentation = "The word estimated (when the provider was picked) or adjudicated (when the claim was paid)."
* insert Part(13, 1, service, 0, 1, Coding)
* parameter[13].part[1].documentation = "Category of the order; absent where it has none, or is not seen."
* insert Part(13, 2, count, 1, 1, integer)
* parameter[13].part[2].documentation = "How many tell an amount."
* insert Part(13, 3, amount, 1, 1, Money)
* parameter[13].part[3].documentation = "Their sum, in one currency."
* insert Line(14, minutes, 0, *)
* parameter[14].documentation = "Minutes that were logged in the period, by programme and month; each entry once, as it was last corrected."
* insert Part(14, 0, programme, 0, 1, Coding)
* parameter[14].part[0].documentation = "Code of cn-programme; absent for work of none."
* insert Part(14, 1, month, 1, 1, date)
* parameter[14].part[1].documentation = "The month, YYYY-MM."
* insert Part(14, 2, entries, 1, 1, integer)
* parameter[14].part[2].documentation = "How many entries."
* insert Part(14, 3, minutes, 1, 1, integer)
* parameter[14].part[3].documentation = "Their whole minutes."
* insert Line(15, absent, 0, *)
* parameter[15].documentation = "A figure that the caller cannot have: it is left out, since a zero would be wrong."
* insert Part(15, 0, figure, 1, 1, code)
* parameter[15].part[0].documentation = "One of open-work, clock, first-response, referral, barrier, network-decision, adjudicated-saving, minutes, service."
* insert Part(15, 1, type, 1, 1, code)
* parameter[15].part[1].documentation = "The type of resource that it is counted over."
* insert Part(15, 2, reason, 1, 1, string)
* parameter[15].part[2].documentation = "Why, and what to do."
