// Categories of records that are ours. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnCategory
Id: cn-category
Title: "Category"
Description: "Categories of records that are ours."
* insert OurCodeSystem
* #cn-barrier "Barrier to care" "The condition is a barrier to care."
* #cn-activity "Work entry" "The observation is an entry of minutes of work."
* #contact "Contact" "The communication is a contact with a person or about a person."
* #appointment "Appointment" "The appointment is one that navigation or coordination looks after."
* #navigation "Navigation" "The request is for help by a navigator."
* #referral "Referral" "The request is a referral that is followed until its loop is closed."
* #imaging "Imaging" "The request is for imaging."
* #laboratory "Laboratory work" "The request is for laboratory work."
* #infusion "Infusion" "The request is for an infusion."
* #equipment "Equipment" "The request is for medical equipment that the person uses at home."
* #home-health "Home health" "The request is for care at home."
* #barrier-goal "Barrier goal" "The goal is that a barrier to care is out of the way."
* #handoff-summary "Hand-off summary" "The composition is the summary of a hand-off."
* #billing-consent "Billing consent" "The consent is to a programme that is billed."
* #access-policy "Access policy" "The record says what a role or a client may do at most."
* #practice-rule "Practice rule" "The record says which roles may make which move with which tasks."
* #calendar "Calendar" "The service says when an organisation works."
* #part2-tpo "Part 2 consent" "The consent is to the use of substance-use records for treatment, payment and operations."
