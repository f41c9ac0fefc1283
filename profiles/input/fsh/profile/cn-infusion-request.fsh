// An order for an infusion. https://hl7.org/fhir/R4/servicerequest.html
Profile: CnInfusionRequest
Parent: ServiceRequest
Id: cn-infusion-request
Title: "Infusion request"
Description: "An order for an infusion: where it is given, and which options of the network were looked at."
* ^purpose = "US Core ServiceRequest"
* insert ContractedService(infusion, CnCategory#infusion)
* code from CnInfusions (preferred)

ValueSet: CnInfusions
Id: cn-infusion
Title: "Infusions"
Description: "CPT and HCPCS codes of infusions; codes only."
* insert OurValueSet
* $cpt#96365
* $cpt#96366
* $cpt#96413
* $cpt#96415
* $hcpcs#J1745
* $hcpcs#J0897
* $hcpcs#J3380
* $hcpcs#J2350
