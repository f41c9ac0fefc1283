// The code systems of others that our profiles use, by a short name each. https://hl7.org/fhir/R4/terminologies-systems.html
Alias: $sct = http://snomed.info/sct
Alias: $loinc = http://loinc.org
Alias: $v2-0203 = http://terminology.hl7.org/CodeSystem/v2-0203
Alias: $v3-ParticipationType = http://terminology.hl7.org/CodeSystem/v3-ParticipationType
Alias: $participant-type = http://terminology.hl7.org/CodeSystem/participant-type
Alias: $flag-category = http://terminology.hl7.org/CodeSystem/flag-category
Alias: $us-core-careplan-category = http://hl7.org/fhir/us/core/CodeSystem/careplan-category
Alias: $us-core-condition-category = http://hl7.org/fhir/us/core/CodeSystem/condition-category
Alias: $sdohcc = http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes
