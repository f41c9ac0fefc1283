// An order for medical equipment. https://hl7.org/fhir/R4/devicerequest.html
Profile: CnDmeRequest
Parent: DeviceRequest
Id: cn-dme-request
Title: "Equipment request"
Description: "An order for medical equipment that the person uses at home, followed until it is delivered and in use."
* obeys cn-sr-1 and cn-sr-2 and cn-sr-3
* identifier and groupIdentifier and status and priority and parameter and subject and encounter and occurrence[x] MS
* authoredOn and requester and performerType and performer and reasonCode and reasonReference and insurance and supportingInfo and note MS
* groupIdentifier.system 1..1
* groupIdentifier.system = "$CB/identifier/episode"
* groupIdentifier.value 1..1
* intent from CnOrderIntents (required)
* code[x] only CodeableConcept
* code[x] from CnDme (extensible)
* insert SlicedByPattern(code[x].coding)
* code[x].coding contains kind 0..1 MS
* code[x].coding[kind] = CnCategory#equipment
* subject only Reference(Patient)
* extension contains NetworkDecision named network-decision 0..1 MS

ValueSet: CnDme
Id: cn-dme
Title: "Equipment"
Description: "HCPCS codes of the equipment that is ordered most; codes only."
* insert OurValueSet
* $hcpcs#E0601
* $hcpcs#E0470
* $hcpcs#E0562
* $hcpcs#E1390
* $hcpcs#E0431
* $hcpcs#E0143
* $hcpcs#E0163
* $hcpcs#E0260
* $hcpcs#K0001
* $hcpcs#A4253
* $hcpcs#A4259
* $hcpcs#E2103
* $hcpcs#A4670
* $hcpcs#E0570
* $hcpcs#A7003
