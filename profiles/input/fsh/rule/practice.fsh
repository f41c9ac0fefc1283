// What practice rules are written with: the name, and the codes and roles that several rules share. https://hl7.org/fhir/R4/basic.html
RuleSet: Practice(name)
* code = CnCategory#practice-rule
* extension[rule].extension[name].valueCode = #{name}

RuleSet: Tasks(task)
* extension[rule].extension[task][+].valueCode = #{task}

RuleSet: Except(task)
* extension[rule].extension[except][+].valueCode = #{task}

RuleSet: Move(move)
* extension[rule].extension[move][+].valueCode = #{move}

RuleSet: May(role)
* extension[rule].extension[may][+].valueCode = #{role}

RuleSet: MayNot(role)
* extension[rule].extension[may-not][+].valueCode = #{role}

RuleSet: CoSign(role)
* extension[rule].extension[co-sign][+].valueCode = #{role}

RuleSet: Requirement(role)
* extension[requirement][+].extension[role][+].valueCode = #{role}

RuleSet: RequirementAlsoOf(role)
* extension[requirement][=].extension[role][+].valueCode = #{role}

RuleSet: Qualification(qualification)
* extension[requirement][=].extension[qualification][+].valueCode = #{qualification}

RuleSet: WhenRecorded
* extension[requirement][=].extension[when-recorded].valueBoolean = true

// Those who practise on their own.
RuleSet: IndependentMay
* insert May(rn)
* insert May(lcsw)
* insert May(np-pa)
* insert May(physician)

// Those with a licence.
RuleSet: CliniciansMay
* insert IndependentMay
* insert May(lpn)
* insert May(pharmacist)

RuleSet: ClinicalStaffMay
* insert CliniciansMay
* insert May(clinical-support)

RuleSet: NavigatorsMay
* insert May(navigator)
* insert May(benefits-navigator)
* insert May(chw)

// Everybody who does work of navigation.
RuleSet: StaffMay
* insert NavigatorsMay
* insert May(scheduler)
* insert May(peer)
* insert ClinicalStaffMay
* insert May(supervisor)
