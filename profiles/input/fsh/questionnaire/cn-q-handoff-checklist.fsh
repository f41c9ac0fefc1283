// What a hand-off must have before somebody accepts it. https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-handoff-checklist
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-handoff-checklist, HandoffChecklist)
* insert TitleEsEn([[Before a hand-off is accepted]], [[Antes de aceptar una entrega]])
* description = "Whoever takes a person over goes through it. What is missing is asked for before the hand-off is accepted."
* subjectType = #Patient
* item[+] insert Item(who, boolean, [[The person knows that they are handed over, to whom, and agrees.]], [[La persona sabe que se le entrega a otro equipo, a quién, y está de acuerdo.]])
* item[=] insert Required
* item[+] insert Item(why-now, boolean, [[It says why now.]], [[Dice por qué ahora.]])
* item[=] insert Required
* item[+] insert Item(done, boolean, [[It says what was done so far, and what came of it.]], [[Dice qué se ha hecho y con qué resultado.]])
* item[=] insert Required
* item[+] insert Item(open-tasks, boolean, [[Open tasks are listed, each with its date.]], [[Las tareas pendientes están en la lista, cada una con su fecha.]])
* item[=] insert Required
* item[+] insert Item(barriers, boolean, [[Barriers were asked for, and those that remain are listed.]], [[Se preguntó por las barreras y las que quedan están en la lista.]])
* item[=] insert Required
* item[+] insert Item(consents, boolean, [[Consents are on file, or it says which are missing.]], [[Los consentimientos están archivados, o dice cuáles faltan.]])
* item[=] insert Required
* item[+] insert Item(contact-safety, boolean, [[It says how and when the person may be contacted safely.]], [[Dice cómo y cuándo se puede contactar a la persona sin riesgo.]])
* item[=] insert Required
* item[+] insert Item(language, boolean, [[Language and interpreter are stated.]], [[El idioma y el intérprete están indicados.]])
* item[=] insert Required
* item[+] insert Item(natural-supports, boolean, [[Natural supports are named, with what they may know.]], [[Los apoyos naturales están nombrados, con lo que pueden saber.]])
* item[=] insert Required
* item[+] insert Item(next-dates, boolean, [[Next visits and deadlines are stated.]], [[Las próximas citas y fechas límite están indicadas.]])
* item[=] insert Required
* item[+] insert Item(missing-count, integer, [[How much is missing]], [[Cuánto falta]])
* item[=] insert Calculated([[%resource.item.answer.value.ofType(boolean).where($this = false).count()]])
* item[+] insert Item(missing, text, [[What is missing, and who will bring it by when?]], [[¿Qué falta, quién lo traerá y para cuándo?]])
* item[=] insert Required
* item[=].maxLength = 2000
* item[=].enableWhen[0].question = "who"
* item[=].enableWhen[0].operator = #=
* item[=].enableWhen[0].answerBoolean = false
* item[=].enableWhen[1].question = "why-now"
* item[=].enableWhen[1].operator = #=
* item[=].enableWhen[1].answerBoolean = false
* item[=].enableWhen[2].question = "done"
* item[=].enableWhen[2].operator = #=
* item[=].enableWhen[2].answerBoolean = false
* item[=].enableWhen[3].question = "open-tasks"
* item[=].enableWhen[3].operator = #=
* item[=].enableWhen[3].answerBoolean = false
* item[=].enableWhen[4].question = "barriers"
* item[=].enableWhen[4].operator = #=
* item[=].enableWhen[4].answerBoolean = false
* item[=].enableWhen[5].question = "consents"
* item[=].enableWhen[5].operator = #=
* item[=].enableWhen[5].answerBoolean = false
* item[=].enableWhen[6].question = "contact-safety"
* item[=].enableWhen[6].operator = #=
* item[=].enableWhen[6].answerBoolean = false
* item[=].enableWhen[7].question = "language"
* item[=].enableWhen[7].operator = #=
* item[=].enableWhen[7].answerBoolean = false
* item[=].enableWhen[8].question = "natural-supports"
* item[=].enableWhen[8].operator = #=
* item[=].enableWhen[8].answerBoolean = false
* item[=].enableWhen[9].question = "next-dates"
* item[=].enableWhen[9].operator = #=
* item[=].enableWhen[9].answerBoolean = false
* item[=].enableBehavior = #any
