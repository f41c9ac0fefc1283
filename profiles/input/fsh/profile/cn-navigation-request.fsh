// A request for navigation itself, by the person, a provider or a payer. https://hl7.org/fhir/R4/servicerequest.html
Profile: CnNavigationRequest
Parent: ServiceRequest
Id: cn-navigation-request
Title: "Navigation request"
Description: "Somebody asks that a person be helped by a navigator: the door into the programme."
* ^purpose = "US Core ServiceRequest"
* insert OurRequest
* code from CnNavigationServices (required)
* insert KindOfRequest(navigation)
* category contains sdoh 0..1 MS
* category[sdoh] = $us-core-category#sdoh

ValueSet: CnNavigationServices
Id: cn-navigation-service
Title: "Navigation services"
Description: "What a request for navigation may ask for."
* insert OurValueSet
* CnService#navigation-service
* $sct#3457005
