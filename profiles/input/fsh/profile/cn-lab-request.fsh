// An order for laboratory work. https://hl7.org/fhir/R4/servicerequest.html
Profile: CnLabRequest
Parent: ServiceRequest
Id: cn-lab-request
Title: "Laboratory request"
Description: "An order for laboratory work: where it is done, and which options of the network were looked at."
* ^purpose = "US Core ServiceRequest"
* insert ContractedService(laboratory, $sct#108252007)
* insert KindOfRequest(laboratory)
* code from CnLabs (preferred)

ValueSet: CnLabs
Id: cn-labs
Title: "Laboratory work"
Description: "LOINC codes of the measurements that coordination watches; codes only."
* insert OurValueSet
* $loinc#4548-4
* $loinc#20447-9
* $loinc#13457-7
* $loinc#18262-6
* $loinc#1558-6
* $loinc#2345-7
* $loinc#33762-6
