// Where a visit by video or telephone takes place. https://hl7.org/fhir/R4/extensibility.html
Extension: VirtualService
Id: virtual-service
Title: "Virtual service"
Description: "Where a visit by video or telephone takes place."
Context: Appointment
* value[x] 1..1
* value[x] only url or ContactPoint
