// The activities that plans ask for: one definition for each kind of task, whose title and time a plan may make its own.
// https://hl7.org/fhir/R4/activitydefinition.html
RuleSet: OurActivity(code, name, role, title, description)
* insert OurDefinition
* url = "$CB/ActivityDefinition/cn-ad-{code}"
* name = "{name}"
* title = "{title}"
* description = "{description}"
* kind = #Task
* code = CnTaskCode#{code}
* intent = #order
* priority = #routine
* participant.type = #practitioner
* participant.role = CnRole#{role}

RuleSet: OurNavigation(code, name, role, title, description)
* insert OurActivity({code}, {name}, {role}, [[{title}]], [[{description}]])
* profile = "$CB/StructureDefinition/cn-navigation-task"

RuleSet: OurCoordination(code, name, role, title, description)
* insert OurActivity({code}, {name}, {role}, [[{title}]], [[{description}]])
* profile = "$CB/StructureDefinition/cn-coordination-task"

Instance: cn-ad-nav-handoff-prepare
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-handoff-prepare, NavHandoffPrepare, navigator, [[Prepare the hand-off]], [[Gather what the receiving side needs to know, and send the hand-off.]])

Instance: cn-ad-nav-benefits-question
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-benefits-question, NavBenefitsQuestion, benefits-navigator, [[Check coverage]], [[Check that the coverage is in force and who the primary care practice is.]])

Instance: cn-ad-nav-find-provider
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-find-provider, NavFindProvider, navigator, [[Find a provider]], [[Match the person with a provider of the network who takes new patients.]])

Instance: cn-ad-nav-schedule
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-schedule, NavSchedule, scheduler, [[Book a visit]], [[Book the visit at a time that the person can keep.]])

Instance: cn-ad-nav-reminder
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-reminder, NavReminder, scheduler, [[Remind of the visit]], [[Remind the person, and check the interpreter and the ride.]])

Instance: cn-ad-nav-new-member-welcome
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-new-member-welcome, NavNewMemberWelcome, navigator, [[Welcome call]], [[Make the first contact, and say who helps with what.]])

Instance: cn-ad-nav-barrier-screen
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-barrier-screen, NavBarrierScreen, navigator, [[Ask about barriers]], [[Ask the non-clinical questions about what makes care hard to get.]])

Instance: cn-ad-nav-barrier-resolve
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-barrier-resolve, NavBarrierResolve, navigator, [[Resolve a barrier]], [[Arrange what is missing.]])

Instance: cn-ad-nav-enrolment-help
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-enrolment-help, NavEnrolmentHelp, benefits-navigator, [[Help with enrolment]], [[Help to apply for a benefit or a programme.]])

Instance: cn-ad-nav-accompany
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-accompany, NavAccompany, peer, [[Meet in person]], [[Meet the person, and go along where that helps.]])

Instance: cn-ad-nav-receipt-check
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-receipt-check, NavReceiptCheck, navigator, [[Check receipt]], [[Ask the person whether the service was received.]])

Instance: cn-ad-nav-records-request
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurNavigation(nav-records-request, NavRecordsRequest, navigator, [[Get the papers]], [[Get the records, and pass them on to the practice that needs them.]])

Instance: cn-ad-coord-prior-auth
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-prior-auth, CoordPriorAuth, rn, [[Check the authorisation]], [[Check whether an authorisation is needed, and give its clinical part.]])

Instance: cn-ad-coord-post-visit-followup
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-post-visit-followup, CoordPostVisitFollowup, rn, [[Follow-up call]], [[Speak with the person about how things stand and what is still open.]])

Instance: cn-ad-coord-result-review
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-result-review, CoordResultReview, rn, [[Review results]], [[Read the results that have come, and decide what follows.]])

Instance: cn-ad-coord-med-reconciliation
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-med-reconciliation, CoordMedReconciliation, rn, [[Reconcile medicines]], [[Compare the lists of medicines, and settle the differences.]])

Instance: cn-ad-coord-transition-contact
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-transition-contact, CoordTransitionContact, rn, [[Contact after discharge]], [[Speak with the person; a message left is an attempt, not a contact.]])

Instance: cn-ad-coord-transition-visit
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-transition-visit, CoordTransitionVisit, rn, [[Visit after discharge]], [[See that the visit takes place in time.]])

Instance: cn-ad-coord-care-plan-review
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-care-plan-review, CoordCarePlanReview, rn, [[Review the plan]], [[Review the care plan with the person and the team.]])

Instance: cn-ad-coord-clinical-assessment
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-clinical-assessment, CoordClinicalAssessment, rn, [[Assess]], [[Assess the clinical needs of the person.]])

Instance: cn-ad-coord-network-review
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-network-review, CoordNetworkReview, rn, [[Check the network]], [[Weigh the options of the network for each open order, and record the decision.]])

Instance: cn-ad-coord-crisis-plan
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-crisis-plan, CoordCrisisPlan, lcsw, [[Crisis plan]], [[Make or renew the plan for a crisis with the person.]])

Instance: cn-ad-coord-metabolic-monitoring
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-metabolic-monitoring, CoordMetabolicMonitoring, rn, [[Laboratory checks]], [[See that the laboratory checks that are due get done.]])

Instance: cn-ad-coord-education
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-education, CoordEducation, rn, [[Teach]], [[Teach the person about the condition and its care.]])

Instance: cn-ad-coord-referral
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-referral, CoordReferral, rn, [[Follow a referral]], [[Bring the referral from the order to the reviewed report.]])

Instance: cn-ad-coord-dme
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurCoordination(coord-dme, CoordDme, rn, [[Follow equipment]], [[Bring the order for equipment to its delivery and use.]])

Instance: cn-ad-outreach-attempt
InstanceOf: ActivityDefinition
Usage: #definition
* insert OurActivity(outreach-attempt, OutreachAttempt, navigator, [[Reach out]], [[Try to reach the person, or the practice.]])
