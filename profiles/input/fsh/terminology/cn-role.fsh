// What somebody is in the programme; the server decides by it who may do what. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnRole
Id: cn-role
Title: "Role"
Description: "What somebody is in the programme; the server decides by it who may do what."
* insert OurCodeSystem
* #navigator "Navigator" "A non-clinical navigator, who guides people to the right care."
* #benefits-navigator "Benefits navigator" "A navigator who explains coverage and cost."
* #scheduler "Scheduler" "A member of staff who books and moves appointments."
* #chw "Community health worker" "A trusted member of the community who links people with services."
* #peer "Peer specialist" "A person with lived experience who supports others."
* #clinical-support "Clinical support" "A medical assistant or similar, who works under a clinician."
* #lpn "Licensed practical nurse" "A nurse with a practical or vocational licence."
* #rn "Registered nurse" "A nurse with a registered licence."
* #lcsw "Licensed clinical social worker" "A social worker with a clinical licence."
* #np-pa "Nurse practitioner or physician assistant" "An advanced practice clinician."
* #physician "Physician" "A doctor of any specialty."
* #pharmacist "Pharmacist" "A licensed pharmacist."
* #supervisor "Supervisor" "A person who leads staff and may reopen finished work."
* #programme-admin "Programme administrator" "A person who runs the programme and its settings."
* #quality-analyst "Quality analyst" "A person who reads measures."
* #auditor "Auditor" "A person who reads who has looked at and changed what."
* #payer-system "Payer system" "The system of a health plan."
* #quality-system "Quality system" "A program that computes measures over groups of people."
* #ehr-system "Record system" "The electronic health record of a practice or hospital."
* #patient "Patient" "The person whom the care is for."
* #natural-support "Natural support" "A relative or friend who helps the person."

ValueSet: CnRoles
Id: cn-role
Title: "Role"
Description: "All of cn-role."
* insert OurValueSet
* include codes from system CnRole

ValueSet: CnNavigatorRoles
Id: cn-navigator-role
Title: "Navigator roles"
Description: "The non-clinical roles that do navigation."
* insert OurValueSet
* CnRole#navigator
* CnRole#benefits-navigator
* CnRole#scheduler
* CnRole#chw
* CnRole#peer

ValueSet: CnClinicianRoles
Id: cn-clinician-role
Title: "Clinician roles"
Description: "The licensed roles that do coordination."
* insert OurValueSet
* CnRole#rn
* CnRole#lpn
* CnRole#lcsw
* CnRole#np-pa
* CnRole#physician
* CnRole#pharmacist
