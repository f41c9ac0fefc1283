// What is done about a barrier to care. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-barrier
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-barrier, Barrier, [[Barrier to care]])
* description = "A goal, the work that clears the barrier, the check that it helped, and asking again after thirty days."
* usage = "Carried out by the rules of the server when a barrier is recorded: it has no trigger, and says as data what they do."
* insert OnceAtATime
* insert PlanGoal(barrier-gone, [[The barrier is out of the way.]])
* insert Step(resolve, nav-barrier-resolve, navigator, [[Clear the barrier]])
* insert Within(7)
* insert Step(receipt, nav-receipt-check, navigator, [[Ask whether it helped]])
* insert Related(resolve, after-end)
* insert WithinBusinessDays(1)
* insert Step(screen, nav-barrier-screen, navigator, [[Ask about barriers again]])
* insert Related(receipt, after-end)
* insert Within(30)
