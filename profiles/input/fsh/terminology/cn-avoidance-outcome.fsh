// Whether a referral could be avoided, and how. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnAvoidanceOutcome
Id: cn-avoidance-outcome
Title: "Avoidance outcome"
Description: "Whether a referral could be avoided, and how."
* insert OurCodeSystem
* #avoided-duplicate "Avoided: duplicate" "The same service was already ordered or done."
* #avoided-handled-in-primary-care "Avoided: handled in primary care" "The primary care practice could do it itself."
* #avoided-e-consult "Avoided: electronic consultation" "A specialist answered without a visit."
* #avoided-not-indicated "Avoided: not indicated" "A clinician found that it is not needed."
* #converted-lower-cost-site "Moved to a site of lower cost" "The service was done at a site that costs less."
* #not-avoided "Not avoided" "The referral went its way."

ValueSet: CnAvoidanceOutcomes
Id: cn-avoidance-outcome
Title: "Avoidance outcome"
Description: "All of cn-avoidance-outcome."
* insert OurValueSet
* include codes from system CnAvoidanceOutcome
