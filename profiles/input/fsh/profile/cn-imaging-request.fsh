// An order for imaging. https://hl7.org/fhir/R4/servicerequest.html
Profile: CnImagingRequest
Parent: ServiceRequest
Id: cn-imaging-request
Title: "Imaging request"
Description: "An order for imaging: where it is done, and which options of the network were looked at."
* ^purpose = "US Core ServiceRequest"
* insert ContractedService(imaging, $sct#363679005)
* insert KindOfRequest(imaging)
* code from CnImaging (preferred)

ValueSet: CnImaging
Id: cn-imaging
Title: "Imaging"
Description: "CPT codes of the imaging that is ordered most; codes only."
* insert OurValueSet
* $cpt#70551
* $cpt#72148
* $cpt#73721
* $cpt#71250
* $cpt#74177
* $cpt#76700
* $cpt#93306
* $cpt#77067
