// The programmes that work is done and billed under. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnProgramme
Id: cn-programme
Title: "Programme"
Description: "The programmes that work is done and billed under."
* insert OurCodeSystem
* #pin "PIN" "Principal illness navigation."
* #pin-ps "PIN-PS" "Principal illness navigation by peer support."
* #chi "CHI" "Community health integration."
* #tcm "TCM" "Transitional care management."
* #ccm "CCM" "Chronic care management."
* #pcm "PCM" "Principal care management."
* #apcm "APCM" "Advanced primary care management."
* #bhi "BHI" "Behavioural health integration."
* #cocm "CoCM" "Collaborative care."
* #employer-navigation "Employer navigation" "Navigation paid for by an employer."
* #medicaid-health-home "Medicaid health home" "The health home of a state programme."
* #dsnp "D-SNP" "A plan for people with both public coverages."

ValueSet: CnProgrammes
Id: cn-programme
Title: "Programme"
Description: "All of cn-programme."
* insert OurValueSet
* include codes from system CnProgramme
