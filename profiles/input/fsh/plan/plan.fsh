// What every plan of ours says about itself, and the pieces that plans are put together from. https://hl7.org/fhir/R4/plandefinition.html
Alias: $plan-definition-type = http://terminology.hl7.org/CodeSystem/plan-definition-type
Alias: $condition-clinical = http://terminology.hl7.org/CodeSystem/condition-clinical
Alias: $encounter-status = http://hl7.org/fhir/encounter-status
Alias: $request-status = http://hl7.org/fhir/request-status
Alias: $appointmentstatus = http://hl7.org/fhir/appointmentstatus
Alias: $task-status = http://hl7.org/fhir/task-status
Alias: $goal-priority = http://terminology.hl7.org/CodeSystem/goal-priority

RuleSet: OurDefinition
* version = "1.0.0"
* status = #active
* experimental = false
* date = "2026-11-01"
* publisher = "Throughline"
* author.name = "Throughline"

// All actions of a plan stand in one group, which has the triggers and the entry criterion.
RuleSet: OurPlan(id, name, title)
* insert OurDefinition
* url = "$CB/PlanDefinition/{id}"
* name = "{name}"
* title = "{title}"
* type = $plan-definition-type#workflow-definition
* action[0].id = "plan"
* action[0].title = "{title}"
* action[0].groupingBehavior = #logical-group
* action[0].selectionBehavior = #any

// The content is a draft: it rests on general knowledge and waits for a clinician of the organisation who approves it.
RuleSet: DraftPlan
* status = #draft
* experimental = true
* endorser.name = "To be named: the clinician who approves the content"

// Whether the plan may be open for a person more than once: once for each cause, or once at a time.
RuleSet: OncePerCause
* action[0].cardinalityBehavior = #multiple

RuleSet: OnceAtATime
* action[0].cardinalityBehavior = #single

// A trigger: all data must be there, and the change has brought one of them.
RuleSet: Trigger(type)
* action[0].trigger[+].type = #data-changed
* action[0].trigger[=].data[+].type = #{type}

RuleSet: TriggerAnd(type)
* action[0].trigger[=].data[+].type = #{type}

RuleSet: TriggerWhere(expression)
* action[0].trigger[=].condition.language = #text/fhirpath
* action[0].trigger[=].condition.expression = "{expression}"

RuleSet: TriggerCode(path, code)
* action[0].trigger[=].data[=].codeFilter[+].path = "{path}"
* action[0].trigger[=].data[=].codeFilter[=].code[+] = {code}

RuleSet: TriggerCodeOr(code)
* action[0].trigger[=].data[=].codeFilter[=].code[+] = {code}

RuleSet: TriggerValueSet(path, id)
* action[0].trigger[=].data[=].codeFilter[+].path = "{path}"
* action[0].trigger[=].data[=].codeFilter[=].valueSet = "$CB/ValueSet/{id}"

// An active condition that is in a value set.
RuleSet: TriggerCondition(id)
* insert TriggerValueSet(code, {id})
* insert TriggerCode(clinicalStatus, $condition-clinical#active)

// Serious mental illness together with another condition.
RuleSet: TriggerSmiAnd(id)
* insert Trigger(Condition)
* insert TriggerCondition(cn-smi)
* insert TriggerAnd(Condition)
* insert TriggerCondition({id})

// An encounter of some classes has come to its end.
RuleSet: TriggerFinished(class)
* insert Trigger(Encounter)
* insert TriggerCode(status, $encounter-status#finished)
* insert TriggerCode(class, $v3-ActCode#{class})

// What the conditions of the plan look into, by its name.
RuleSet: Input(id, type)
* action[0].input[+].id = "{id}"
* action[0].input[=].type = #{type}

RuleSet: InputCode(path, code)
* action[0].input[=].codeFilter[+].path = "{path}"
* action[0].input[=].codeFilter[=].code[+] = {code}

RuleSet: InputCodeOr(code)
* action[0].input[=].codeFilter[=].code[+] = {code}

RuleSet: InputConditions(id, valueSet)
* insert Input({id}, Condition)
* action[0].input[=].codeFilter[+].path = "code"
* action[0].input[=].codeFilter[=].valueSet = "$CB/ValueSet/{valueSet}"
* insert InputCode(clinicalStatus, $condition-clinical#active)

// The entry criterion of the plan.
RuleSet: Entry(expression)
* action[0].condition.kind = #applicability
* action[0].condition.expression.language = #text/fhirpath
* action[0].condition.expression.expression = "{expression}"

// One step: what is to be done, by whom.
RuleSet: Step(id, code, role, title)
* action[0].action[+].id = "{id}"
* action[0].action[=].title = "{title}"
* action[0].action[=].definitionCanonical = "$CB/ActivityDefinition/cn-ad-{code}"
* action[0].action[=].participant.type = #practitioner
* action[0].action[=].participant.role = CnRole#{role}

RuleSet: Says(description)
* action[0].action[=].description = "{description}"

RuleSet: Within(days)
* action[0].action[=].timingDuration = {days} 'd'

RuleSet: WithinBusinessDays(days)
* action[0].action[=].timingDuration = {days} 'd'
* action[0].action[=].timingDuration.extension.url = "$CB/StructureDefinition/business-days"
* action[0].action[=].timingDuration.extension.valueBoolean = true

RuleSet: Priority(priority)
* action[0].action[=].priority = #{priority}

RuleSet: Only(expression)
* action[0].action[=].condition.kind = #applicability
* action[0].action[=].condition.expression.language = #text/fhirpath
* action[0].action[=].condition.expression.expression = "{expression}"

// Offered by $apply, and not carried out when the plan starts: other rules of the server write it when its time has come.
RuleSet: Offered
* action[0].action[=].requiredBehavior = #could

RuleSet: Related(id, relationship)
* action[0].action[=].relatedAction[+].actionId = "{id}"
* action[0].action[=].relatedAction[=].relationship = #{relationship}

RuleSet: Offset(days)
* action[0].action[=].relatedAction[=].offsetDuration = {days} 'd'

RuleSet: PlanGoal(id, description)
* goal[+].id = "{id}"
* goal[=].description.text = "{description}"
* goal[=].priority = $goal-priority#medium-priority
