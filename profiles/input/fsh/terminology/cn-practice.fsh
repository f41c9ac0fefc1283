// What the rules of the scope of practice are about: groups of tasks, what is done with a task, and qualifications. https://hl7.org/fhir/R4/codesystem.html
CodeSystem: CnPracticeTask
Id: cn-practice-task
Title: "Tasks of a practice rule"
Description: "Groups of tasks that a rule of the scope of practice can name beside the codes of cn-task-code."
* insert OurCodeSystem
* #any "Any" "Every task of navigation and coordination."
* #navigation "Navigation" "The tasks whose code begins with nav."
* #coordination "Coordination" "The tasks whose code begins with coord."
* #escalation "Escalation" "The tasks with a topic that a clinician must hear of at once: a symptom or a crisis."

ValueSet: CnPracticeTasks
Id: cn-practice-task
Title: "Tasks of a practice rule"
Description: "What tasks a rule of the scope of practice can be about: one code, or a group."
* insert OurValueSet
* include codes from system CnPracticeTask
* include codes from system CnTaskCode

CodeSystem: CnPracticeMove
Id: cn-practice-move
Title: "Move"
Description: "What is done with a task beside entering a status."
* insert OurCodeSystem
* #created "Created" "The task is created."
* #recoded "Recoded" "The task gets another code, or loses what makes it urgent."
* #reassigned "Reassigned" "The task gets another owner; who says so is judged."
* #owned "Owned" "The task gets another owner; who gets it is judged."
* #reopened "Reopened" "The task is taken up again after its end."

ValueSet: CnPracticeMoves
Id: cn-practice-move
Title: "Move"
Description: "What can be done with a task: it enters a status, or changes otherwise."
* insert OurValueSet
* include codes from system CnPracticeMove
* $task-status#draft
* $task-status#requested
* $task-status#received
* $task-status#accepted
* $task-status#rejected
* $task-status#ready
* $task-status#cancelled
* $task-status#in-progress
* $task-status#on-hold
* $task-status#failed
* $task-status#completed
* $task-status#entered-in-error

CodeSystem: CnQualification
Id: cn-qualification
Title: "Qualification"
Description: "The training, certification or licence that work in the programme rests on."
* insert OurCodeSystem
* #pin-training "Training in illness navigation" "Training in navigating people through a serious illness."
* #chi-training "Training in community health integration" "Training in working on social needs in the community."
* #peer-certification "Peer certification" "Certification as a peer specialist."
* #chw-certification "Community health worker certification" "Certification or training as a community health worker."
* #licence "Clinical licence" "A licence to practise in a clinical profession."

ValueSet: CnQualifications
Id: cn-qualification
Title: "Qualification"
Description: "All of cn-qualification."
* insert OurValueSet
* include codes from system CnQualification
