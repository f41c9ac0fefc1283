// The conditions that the plans and measures of the programme are about; codes only, no descriptors. https://hl7.org/fhir/R4/valueset.html
ValueSet: CnSmi
Id: cn-smi
Title: "Serious mental illness"
Description: "SNOMED CT and ICD-10-CM codes of schizophrenia, bipolar disorder and major depression; codes only."
* insert OurValueSet
* $sct#58214004
* $sct#13746004
* $sct#370143000
* $icd-10-cm#F20.0
* $icd-10-cm#F20.1
* $icd-10-cm#F20.2
* $icd-10-cm#F20.3
* $icd-10-cm#F20.5
* $icd-10-cm#F20.81
* $icd-10-cm#F20.89
* $icd-10-cm#F20.9
* $icd-10-cm#F25.0
* $icd-10-cm#F25.1
* $icd-10-cm#F25.8
* $icd-10-cm#F25.9
* $icd-10-cm#F30.10
* $icd-10-cm#F31.9
* $icd-10-cm#F32.9
* $icd-10-cm#F33.9

ValueSet: CnDiabetesType2
Id: cn-diabetes-t2
Title: "Type 2 diabetes"
Description: "SNOMED CT and ICD-10-CM codes; codes only."
* insert OurValueSet
* $sct#44054006
* $icd-10-cm#E11.9
* $icd-10-cm#E11.65
* $icd-10-cm#E11.8

ValueSet: CnHypertension
Id: cn-hypertension
Title: "Hypertension"
Description: "SNOMED CT and ICD-10-CM codes; codes only."
* insert OurValueSet
* $sct#59621000
* $icd-10-cm#I10

ValueSet: CnHeartFailure
Id: cn-heart-failure
Title: "Heart failure"
Description: "SNOMED CT and ICD-10-CM codes; codes only."
* insert OurValueSet
* $sct#84114007
* $icd-10-cm#I50.9
* $icd-10-cm#I50.20
* $icd-10-cm#I50.30
* $icd-10-cm#I50.40
* $icd-10-cm#I11.0
* $icd-10-cm#I13.0
* $icd-10-cm#I13.2

ValueSet: CnAsthmaCopd
Id: cn-asthma-copd
Title: "Asthma and COPD"
Description: "SNOMED CT and ICD-10-CM codes; codes only."
* insert OurValueSet
* $sct#195967001
* $sct#13645005
* $icd-10-cm#J45.909
* $icd-10-cm#J44.9
* $icd-10-cm#J44.1

ValueSet: CnHiv
Id: cn-hiv
Title: "HIV"
Description: "SNOMED CT and ICD-10-CM codes; codes only."
* insert OurValueSet
* $sct#86406008
* $icd-10-cm#B20
* $icd-10-cm#Z21

ValueSet: CnTobacco
Id: cn-tobacco
Title: "Tobacco use"
Description: "SNOMED CT and ICD-10-CM codes of smoking; codes only."
* insert OurValueSet
* $sct#428041000124106
* $sct#449868002
* $sct#77176002
* $sct#8517006
* $sct#266919005
* $icd-10-cm#F17.210

ValueSet: CnChronic
Id: cn-chronic
Title: "Chronic conditions"
Description: "The chronic conditions that the plans are about, together; codes only."
* insert OurValueSet
* include codes from valueset CnDiabetesType2
* include codes from valueset CnHypertension
* include codes from valueset CnHeartFailure
* include codes from valueset CnAsthmaCopd
* include codes from valueset CnHiv
