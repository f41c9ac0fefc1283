// What can stand between a person and their care. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnBarrierType
Id: cn-barrier-type
Title: "Barrier type"
Description: "What can stand between a person and their care."
* insert OurCodeSystem
* #transport "Transport" "There is no way to get there."
* #cost "Cost" "The care costs more than the person can pay."
* #coverage "Coverage" "There is no coverage, or none for this care."
* #language "Language" "Nobody there speaks the language of the person."
* #phone-internet "Telephone or internet" "There is no telephone or internet of one's own."
* #childcare "Childcare" "Nobody can look after the children."
* #housing "Housing" "There is no safe and stable place to live."
* #food "Food" "There is not enough food."
* #mistrust-stigma "Mistrust or stigma" "Bad experience or fear of being judged keeps the person away."
* #side-effects-fear "Fear of side effects" "The person is afraid of what a treatment may do."
* #cognition-memory "Thinking or memory" "The person forgets or cannot follow the steps."
* #symptoms-interfere "Symptoms interfere" "Symptoms of a mental illness get in the way of seeking care."
* #appointment-times "Appointment times" "The times on offer do not fit."
* #distance "Distance" "The care is too far away."
* #literacy "Literacy" "Written information cannot be read or understood."
* #disability-access "Access with a disability" "The place or the service cannot be used with a disability."
* #legal "Legal" "A legal problem stands in the way."
* #safety-at-home "Safety at home" "The person is not safe at home."
* #no-natural-support "No natural support" "No relative or friend can help."
* #provider-refusal "Provider refusal" "A provider does not take the person."
* #paperwork "Paperwork" "Forms or documents are missing."

ValueSet: CnBarrierTypes
Id: cn-barrier-type
Title: "Barrier type"
Description: "All of cn-barrier-type."
* insert OurValueSet
* include codes from system CnBarrierType
