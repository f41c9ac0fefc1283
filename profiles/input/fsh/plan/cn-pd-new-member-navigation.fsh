// From the first contact to the first visit that was kept. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-new-member-navigation
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-new-member-navigation, NewMemberNavigation, [[Navigation of a new member]])
* description = "From the welcome call to the first visit that was kept."
* usage = "Starts when a request for navigation of an enrolled person becomes active, or when the enrolment in a programme with navigation does. The days until the first visit are a target of the house."
* insert OnceAtATime
* insert Trigger(ServiceRequest)
* insert TriggerCode(status, $request-status#active)
* insert TriggerCode(category, CnCategory#navigation)
* insert Trigger(EpisodeOfCare)
* insert TriggerCode(status, http://hl7.org/fhir/episode-of-care-status#active)
* insert TriggerCode(type, CnProgramme#pin)
* insert TriggerCodeOr(CnProgramme#pin-ps)
* insert TriggerCodeOr(CnProgramme#chi)
* insert TriggerCodeOr(CnProgramme#employer-navigation)
* insert TriggerCodeOr(CnProgramme#medicaid-health-home)
* insert TriggerCodeOr(CnProgramme#dsnp)
* insert PlanGoal(first-visit, [[The first visit took place.]])
* insert Step(welcome, nav-new-member-welcome, navigator, [[Welcome call]])
* insert WithinBusinessDays(0)
* insert Step(coverage, nav-benefits-question, navigator, [[Check coverage and primary care]])
* insert Within(2)
* insert Step(barriers, nav-barrier-screen, navigator, [[Ask about barriers]])
* insert Within(7)
* insert Step(provider, nav-find-provider, navigator, [[Find a primary care practice in the network]])
* insert Within(7)
* insert Step(first-visit, nav-schedule, navigator, [[Book the first visit]])
* insert Within(14)
* insert Step(reminder, nav-reminder, scheduler, [[Remind, and check interpreter and ride]])
* insert Says([[Written by the server one business day before a visit that is booked.]])
* insert Related(first-visit, after)
* insert Offered
* insert Step(receipt, nav-receipt-check, navigator, [[Ask whether the visit took place]])
* insert Says([[Written by the server on the business day after the first visit.]])
* insert Related(first-visit, after)
* insert Offset(1)
* insert Offered
* insert Step(handoff, nav-handoff-prepare, navigator, [[Hand over when a clinical need shows]])
* insert Offered
