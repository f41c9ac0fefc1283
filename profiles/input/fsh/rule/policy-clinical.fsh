// Rules of access policies that do clinical work: findings, medicines, orders. https://hl7.org/fhir/R4/servicerequest.html
// Findings that a clinician has to confirm.
RuleSet: RecordFindings
* insert Rule(record-findings, cu, any)
* insert Type(Observation)
* extension[rule][=].extension[criteria].valueString = "status=registered,preliminary&category:not=$CB/CodeSystem/cn-category|cn-activity"

// Work entries are everybody's own, so they are no findings.
RuleSet: WriteFindings
* insert Rule(write-findings, cu, any)
* insert Type(Observation)
* extension[rule][=].extension[criteria].valueString = "category:not=$CB/CodeSystem/cn-category|cn-activity"

RuleSet: WritePsychosocialRecord
* insert WriteFindings
* insert Rule(write-psychosocial-record, cu, any)
* insert Type(ClinicalImpression)
* insert Type(Condition)
* insert Type(Encounter)
* insert Type(Procedure)
* insert Type(RiskAssessment)

RuleSet: WriteClinicalRecord
* insert WriteFindings
* insert Rule(write-clinical-record, cu, any)
* insert Type(AdverseEvent)
* insert Type(AllergyIntolerance)
* insert Type(BodyStructure)
* insert Type(ClinicalImpression)
* insert Type(Condition)
* insert Type(DetectedIssue)
* insert Type(DeviceUseStatement)
* insert Type(DiagnosticReport)
* insert Type(Encounter)
* insert Type(FamilyMemberHistory)
* insert Type(Immunization)
* insert Type(ImmunizationRecommendation)
* insert Type(Media)
* insert Type(Procedure)
* insert Type(RiskAssessment)
* insert Type(Specimen)

RuleSet: ReconcileMedicines
* insert Rule(reconcile-medicines, cu, any)
* insert Type(MedicationStatement)

RuleSet: OrderTypes
* insert Type(DeviceRequest)
* insert Type(ServiceRequest)

RuleSet: ProposeOrders
* insert Rule(propose-orders, cu, any)
* insert OrderTypes
* extension[rule][=].extension[criteria].valueString = "intent=proposal&status=draft"

// An order that a prescriber signs, and one that a standing order covers.
RuleSet: DraftOrders
* insert Rule(draft-orders, cu, any)
* insert OrderTypes
* extension[rule][=].extension[criteria].valueString = "status=draft"
* insert Rule(standing-orders, cu, any)
* insert OrderTypes
* extension[rule][=].extension[criteria].valueString = "status=active,on-hold,completed,revoked&instantiates-canonical:missing=false"

RuleSet: SignOrders
* insert Rule(sign-orders, cu, any)
* insert OrderTypes
* insert Type(MedicationRequest)
* insert Type(NutritionOrder)
* insert Type(RequestGroup)
* insert Type(SupplyRequest)
* insert Type(VisionPrescription)
