// What is done and billed for people, where measures and trackers look for it; codes only, no descriptors. https://hl7.org/fhir/R4/valueset.html
ValueSet: CnFollowUpIntervals
Id: cn-follow-up-interval
Title: "Follow-up intervals"
Description: "SNOMED CT codes of when to come again; codes only."
* insert OurValueSet
* $sct#183617005
* $sct#183618000
* $sct#183619008
* $sct#183620002
* $sct#183621003
* $sct#183623000
* $sct#183624006

ValueSet: CnContactProcedures
Id: cn-contact-procedures
Title: "Contacts"
Description: "SNOMED CT codes of contacts and follow-up; codes only."
* insert OurValueSet
* $sct#386472008
* $sct#425604002
* $sct#410234004
* $sct#401277000
* $sct#390906007
* $sct#185389009

ValueSet: CnEncounters
Id: cn-encounters
Title: "Encounters"
Description: "SNOMED CT codes of stays and emergency visits; codes only."
* insert OurValueSet
* $sct#32485007
* $sct#183452005
* $sct#8715000
* $sct#4525004

ValueSet: CnNavigationHcpcs
Id: cn-navigation-hcpcs
Title: "Navigation services"
Description: "HCPCS codes by which navigation, health integration and peer support are billed; codes only."
* insert OurValueSet
* $hcpcs#G0023
* $hcpcs#G0024
* $hcpcs#G0140
* $hcpcs#G0146
* $hcpcs#G0019
* $hcpcs#G0022
* $hcpcs#G0136
* $hcpcs#H0038
* $hcpcs#T1016
* $hcpcs#T1017
* $hcpcs#T2022
* $hcpcs#H2015
* $hcpcs#T1012
