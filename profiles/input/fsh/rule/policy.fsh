// What access policies are written with: the frame, one rule, and the conditions that several rules share. https://hl7.org/fhir/R4/basic.html
RuleSet: Policy(role)
* code = CnCategory#access-policy
* extension[role].valueCode = #{role}

// A rule; the types follow, and a condition if there is one.
RuleSet: Rule(name, letters, whose)
* extension[rule][+].extension[name].valueCode = #{name}
* extension[rule][=].extension[letters].valueCode = #{letters}
* extension[rule][=].extension[whose].valueCode = #{whose}

RuleSet: Type(type)
* extension[rule][=].extension[type][+].valueCode = #{type}

RuleSet: Purpose(purpose)
* extension[purpose][+].valueCoding = $v3-ActReason#{purpose}

RuleSet: SeenWithConsent(label)
* extension[labels].extension[with-consent][+].valueCoding = $v3-ActCode#{label}

// Everything but psychotherapy notes and what is very restricted.
RuleSet: LabelsWithConsent
* insert SeenWithConsent(PSY)
* insert SeenWithConsent(MH)
* insert SeenWithConsent(BH)
* insert SeenWithConsent(SUD)
* insert SeenWithConsent(ETH)
* insert SeenWithConsent(ETHUD)
* insert SeenWithConsent(OPIOIDUD)
* insert SeenWithConsent(HIV)
* insert SeenWithConsent(STD)
* insert SeenWithConsent(SDV)
* insert SeenWithConsent(VIO)
* insert SeenWithConsent(COGN)
* insert SeenWithConsent(42CFRPart2)

// Psychotherapy notes, by a consent that names them, and what is very restricted.
RuleSet: NarrowLabelsWithConsent
* insert SeenWithConsent(PSYTHPN)
* extension[labels].extension[with-consent][+].valueCoding = $v3-Confidentiality#V

// What the patients who are assigned consent to.
RuleSet: LabelsWithConsentOfAssigned
* insert LabelsWithConsent
* extension[labels].extension[consent-of].valueCode = #assigned
