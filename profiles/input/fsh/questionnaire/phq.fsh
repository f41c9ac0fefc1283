// The PHQ-9 and the PHQ-2 as their authors published them. https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-phq9
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-phq9, PHQ9)
* insert TitleEsEn([[Patient health questionnaire (PHQ-9)]], [[Cuestionario sobre la salud del paciente (PHQ-9)]])
* insert PfizerCopyright
* insert SurveyCategory
* description = "Nine questions on mood, answered by the person; 0 to 27. What the number means is for a clinician to say."
* purpose = "A number above 0 for the ninth question calls a clinician at once."
* subjectType = #Patient
* code = $loinc#44249-1
* item[+] insert LoincItem(44249-1, group, [[Over the last 2 weeks, how often have you been bothered by any of the following problems?]], [[Durante las últimas 2 semanas, ¿con qué frecuencia le han molestado los siguientes problemas?]])
* item[=] insert Required
* item[=] insert Extracted
* item[=].item[+] insert PhqItem(44250-9, [[Little interest or pleasure in doing things]], [[Poco interés o placer en hacer las cosas]])
* item[=].item[+] insert PhqItem(44255-8, [[Feeling down, depressed, or hopeless]], [[Se ha sentido decaído(a), deprimido(a) o sin esperanzas]])
* item[=].item[+] insert PhqItem(44259-0, [[Trouble falling or staying asleep, or sleeping too much]], [[Dificultad para dormir o permanecer dormido(a), o ha dormido demasiado]])
* item[=].item[+] insert PhqItem(44254-1, [[Feeling tired or having little energy]], [[Se ha sentido cansado(a) o con poca energía]])
* item[=].item[+] insert PhqItem(44251-7, [[Poor appetite or overeating]], [[Con poco apetito o ha comido en exceso]])
* item[=].item[+] insert PhqItem(44258-2, [[Feeling bad about yourself - or that you are a failure or have let yourself or your family down]], [[Se ha sentido mal con usted mismo(a), o que es un fracaso o que ha quedado mal con usted mismo(a) o con su familia]])
* item[=].item[+] insert PhqItem(44252-5, [[Trouble concentrating on things, such as reading the newspaper or watching television]], [[Dificultad para concentrarse en cosas tales como leer el periódico o ver televisión]])
* item[=].item[+] insert PhqItem(44253-3, [[Moving or speaking so slowly that other people could have noticed? Or the opposite - being so fidgety or restless that you have been moving around a lot more than usual]], [[Se ha movido o hablado tan lento que otras personas podrían haberlo notado, o lo contrario: ha estado tan inquieto(a) o agitado(a) que se ha movido mucho más de lo normal]])
* item[=].item[+] insert PhqItem(44260-8, [[Thoughts that you would be better off dead or of hurting yourself in some way]], [[Pensamientos de que estaría mejor muerto(a) o de lastimarse de alguna manera]])
* item[=].item[+] insert LoincItem(69722-7, choice, [[If you checked off any problems, how difficult have these problems made it for you to do your work, take care of things at home, or get along with other people?]], [[Si marcó algún problema, ¿qué tanta dificultad le han dado estos problemas para hacer su trabajo, encargarse de las tareas del hogar o llevarse bien con otras personas?]])
* item[=].item[=] insert ExtractedAs(member)
* item[=].item[=] insert Difficulty
* item[=].item[+] insert LoincItem(44261-6, integer, [[Total]], [[Total]])
* item[=].item[=] insert ExtractedAs(member)
* item[=].item[=] insert Calculated([[%resource.item.where(linkId = '44249-1').item.answer.value.weight().sum()]])

Instance: cn-q-phq2
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-phq2, PHQ2)
* insert TitleEsEn([[Patient health questionnaire (PHQ-2)]], [[Cuestionario sobre la salud del paciente (PHQ-2)]])
* insert PfizerCopyright
* insert SurveyCategory
* description = "The first two questions of the PHQ-9; 0 to 6. What the number means is for a clinician to say."
* subjectType = #Patient
* code = $loinc#55757-9
* item[+] insert LoincItem(55757-9, group, [[Over the last 2 weeks, how often have you been bothered by any of the following problems?]], [[Durante las últimas 2 semanas, ¿con qué frecuencia le han molestado los siguientes problemas?]])
* item[=] insert Required
* item[=] insert Extracted
* item[=].item[+] insert PhqItem(44250-9, [[Little interest or pleasure in doing things]], [[Poco interés o placer en hacer las cosas]])
* item[=].item[+] insert PhqItem(44255-8, [[Feeling down, depressed, or hopeless]], [[Se ha sentido decaído(a), deprimido(a) o sin esperanzas]])
* item[=].item[+] insert LoincItem(55758-7, integer, [[Total]], [[Total]])
* item[=].item[=] insert ExtractedAs(member)
* item[=].item[=] insert Calculated([[%resource.item.where(linkId = '55757-9').item.answer.value.weight().sum()]])

// One of the nine questions.
RuleSet: PhqItem(code, en, es)
* insert LoincItem({code}, choice, [[{en}]], [[{es}]])
* insert Required
* insert ExtractedAs(member)
* insert HowOften

RuleSet: HowOften
* answerOption[+] insert Scored($loinc, LA6568-5, 0, Not at all, Ningún día)
* answerOption[+] insert Scored($loinc, LA6569-3, 1, Several days, Varios días)
* answerOption[+] insert Scored($loinc, LA6570-1, 2, More than half the days, Más de la mitad de los días)
* answerOption[+] insert Scored($loinc, LA6571-9, 3, Nearly every day, Casi todos los días)

RuleSet: Difficulty
* answerOption[+] insert Option($loinc, LA6572-7, Not difficult at all, No ha sido difícil)
* answerOption[+] insert Option($loinc, LA6573-5, Somewhat difficult, Un poco difícil)
* answerOption[+] insert Option($loinc, LA6574-3, Very difficult, Muy difícil)
* answerOption[+] insert Option($loinc, LA6575-0, Extremely difficult, Extremadamente difícil)

RuleSet: PfizerCopyright
* copyright = "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an educational grant from Pfizer Inc. No permission required to reproduce, translate, display or distribute."
