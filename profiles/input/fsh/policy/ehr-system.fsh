// What the record system of a practice or hospital may do: feed the record, and read what it takes to keep it. https://hl7.org/fhir/R4/basic.html
Instance: policy-ehr-system
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Record system"
Description: "The record system of a practice or hospital feeds the record."
* insert Policy(ehr-system)
* insert Everybody
* insert ReadDemographics(any)
* insert ReadCareRecord(any)
* insert ReadOrders(any)
* insert ReadDocuments(any)
* insert ReadConsents(any)
* insert ReadTasks(any)
* insert ReadContacts(any)
* insert ReadClinicalRecord(any)
* insert Rule(feed-directory, cu, any)
* insert Type(Location)
* insert Type(Organization)
* insert Type(Practitioner)
* insert Type(PractitionerRole)
* insert Register
* insert BookAppointments(any)
* insert LogContacts(any)
* insert WriteDocuments(any)
* insert WriteClinicalRecord
* insert SignOrders
* insert WorkTasks(any)
* insert Rule(feed-care-record, cu, any)
* insert Type(CarePlan)
* insert Type(CareTeam)
* insert Type(MedicationStatement)
* insert LabelsWithConsent
* insert Purpose(TREAT)
