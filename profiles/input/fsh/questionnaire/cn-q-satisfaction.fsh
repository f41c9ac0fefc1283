// How it went, in five answers. https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-satisfaction
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-satisfaction, Satisfaction)
* insert TitleEsEn([[How did it go?]], [[¿Cómo le fue?]])
* insert SurveyCategory
* description = "Five statements for the person after a piece of help; 5 to 25."
* subjectType = #Patient
* item[+] insert Agreement(answered, [[Somebody answered me quickly.]], [[Me respondieron pronto.]])
* item[+] insert Agreement(listened, [[I was listened to and understood.]], [[Me escucharon y me entendieron.]])
* item[+] insert Agreement(language, [[Everything was in a language and in words that are mine.]], [[Todo fue en mi idioma y con palabras que entiendo.]])
* item[+] insert Agreement(got-care, [[I got the care that I was looking for.]], [[Recibí la atención que buscaba.]])
* item[+] insert Agreement(next-step, [[I know what comes next and whom to call.]], [[Sé lo que sigue y a quién llamar.]])
* item[+] insert Item(score, integer, [[Total]], [[Total]])
* item[=].code = CnObservation#satisfaction-score
* item[=] insert Extracted
* item[=] insert Calculated([[%resource.item.answer.value.weight().sum()]])
* item[+] insert Item(comment, text, [[What should we do otherwise?]], [[¿Qué deberíamos hacer de otra manera?]])
* item[=].maxLength = 2000

RuleSet: Agreement(linkId, en, es)
* insert Item({linkId}, choice, [[{en}]], [[{es}]])
* insert Required
* answerOption[+] insert Scored(CnAgreement, not-at-all, 1, Not at all, Nada de acuerdo)
* answerOption[+] insert Scored(CnAgreement, hardly, 2, Hardly, Poco de acuerdo)
* answerOption[+] insert Scored(CnAgreement, partly, 3, Partly, En parte)
* answerOption[+] insert Scored(CnAgreement, mostly, 4, Mostly, En gran parte)
* answerOption[+] insert Scored(CnAgreement, fully, 5, Fully, Totalmente de acuerdo)
