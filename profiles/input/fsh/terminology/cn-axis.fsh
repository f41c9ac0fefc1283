// The five axes of the person-centred assessment, and what is asked on each. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnAxis
Id: cn-axis
Title: "Axis"
Description: "The five sides of a life that the person-centred assessment looks at, and what is asked on each."
* insert OurCodeSystem
* #medications "Medicines" "The medicines that a person takes or was told to take."
* #medical "Health of the body" "Body, illnesses and care."
* #behavioural "Mind, habits and feelings" "Mood, thoughts, habits and ways to cope."
* #personal "Who the person is" "Story, beliefs, talents and what matters."
* #social "People and surroundings" "Family, friends, home, money and neighbourhood."
* #words "Own words" "How it is, in the words of the person."
* #strengths "Strengths" "What works, what the person is good at, and who helps."
* #hard "How hard" "From 0, not hard, to 4, as hard as can be."
* #next "What matters next" "What the person wants to come next."
