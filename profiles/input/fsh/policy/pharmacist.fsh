// What a pharmacist may do: read the record, and reconcile medicines. https://hl7.org/fhir/R4/basic.html
Instance: policy-pharmacist
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Pharmacist"
Description: "A pharmacist reads the record and reconciles medicines."
* insert Policy(pharmacist)
* insert Staff
* insert ReadDemographics(any)
* insert ReadCareRecord(any)
* insert ReadOrders(any)
* insert ReadDocuments(any)
* insert ReadConsents(any)
* insert ReadTasks(any)
* insert ReadContacts(any)
* insert ReadClinicalRecord(any)
* insert ReadGroups(any)
* insert ReadProvenance
* insert LogContacts(any)
* insert ReconcileMedicines
* insert WorkTasks(any)
* insert LogTime
* insert LabelsWithConsent
* insert Purpose(TREAT)
* insert Purpose(CAREMGT)
