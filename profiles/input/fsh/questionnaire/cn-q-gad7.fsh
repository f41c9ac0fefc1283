// The GAD-7 as its authors published it. https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-gad7
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-gad7, GAD7)
* insert TitleEsEn([[Generalized anxiety disorder scale (GAD-7)]], [[Escala del trastorno de ansiedad generalizada (GAD-7)]])
* insert PfizerCopyright
* insert SurveyCategory
* description = "Seven questions on worry, answered by the person; 0 to 21. What the number means is for a clinician to say."
* subjectType = #Patient
* code = $loinc#69737-5
* item[+] insert LoincItem(69737-5, group, [[Over the last 2 weeks, how often have you been bothered by the following problems?]], [[Durante las últimas 2 semanas, ¿con qué frecuencia le han molestado los siguientes problemas?]])
* item[=] insert Required
* item[=] insert Extracted
* item[=].item[+] insert PhqItem(69725-0, [[Feeling nervous, anxious or on edge]], [[Sentirse nervioso(a), ansioso(a) o con los nervios de punta]])
* item[=].item[+] insert PhqItem(68509-9, [[Not being able to stop or control worrying]], [[No poder parar o controlar la preocupación]])
* item[=].item[+] insert PhqItem(69733-4, [[Worrying too much about different things]], [[Preocuparse demasiado por diferentes cosas]])
* item[=].item[+] insert PhqItem(69734-2, [[Trouble relaxing]], [[Dificultad para relajarse]])
* item[=].item[+] insert PhqItem(69735-9, [[Being so restless that it is hard to sit still]], [[Estar tan inquieto(a) que es difícil permanecer sentado(a)]])
* item[=].item[+] insert PhqItem(69689-8, [[Becoming easily annoyed or irritable]], [[Molestarse o irritarse fácilmente]])
* item[=].item[+] insert PhqItem(69736-7, [[Feeling afraid as if something awful might happen]], [[Sentir miedo como si algo terrible pudiera pasar]])
* item[=].item[+] insert LoincItem(70274-6, integer, [[Total]], [[Total]])
* item[=].item[=] insert ExtractedAs(member)
* item[=].item[=] insert Calculated([[%resource.item.where(linkId = '69737-5').item.answer.value.weight().sum()]])
