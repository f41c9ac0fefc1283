// What is done about a referral that nobody accepts. https://hl7.org/fhir/R4/plandefinition.html
Instance: cn-pd-referral-chase
InstanceOf: PlanDefinition
Usage: #definition
* insert OurPlan(cn-pd-referral-chase, ReferralChase, [[Chasing a referral]])
* description = "A referral that nobody accepts is chased, offered elsewhere, and brought to a coordinator."
* usage = "Carried out by the clock of referrals: it has no trigger. The days count from the sending; a newer version of this definition with other days changes them."
* insert OncePerCause
* insert Step(chase-1, outreach-attempt, rn, [[Chase the practice]])
* insert Within(3)
* insert Step(chase-2, outreach-attempt, rn, [[Chase the practice again]])
* insert Within(7)
* insert Step(alternate, coord-network-review, rn, [[Find another provider]])
* insert Within(10)
* insert Step(escalate, coord-care-plan-review, rn, [[Bring it to the coordinator]])
* insert Within(14)
