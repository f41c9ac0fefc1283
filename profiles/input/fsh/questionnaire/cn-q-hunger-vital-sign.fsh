// Two questions on food: structure and codes; the words of the instrument are its owners'. https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-hunger-vital-sign
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-hunger-vital-sign, HungerVitalSign)
* insert TitleEsEn([[Food: two questions]], [[Alimentos: dos preguntas]])
* insert SurveyCategory
* insert SocialCategory
* description = "The structure and codes of the Hunger Vital Sign, with neutral words of our own in place of its text."
* copyright = "The text of the instrument belongs to its owners and is not part of this form."
* subjectType = #Patient
* code = $loinc#88121-9
* item[+] insert LoincItem(88121-9, group, [[Food in the last year]], [[Alimentos en el último año]])
* item[=] insert Required
* item[=] insert Extracted
* item[=].item[+] insert FoodItem(88122-7, [[In the last year, we feared that the food would not last]], [[En el último año tuvimos miedo de que no alcanzara la comida]])
* item[=].item[+] insert FoodItem(88123-5, [[In the last year, the food did not last and there was no money for more]], [[En el último año la comida no alcanzó y no había dinero para más]])
* item[=].item[+] insert LoincItem(88124-3, choice, [[Food may be short]], [[Puede faltar comida]])
* item[=].item[=] insert ExtractedAs(member)
* item[=].item[=] insert Calculated([[iif(%resource.item.where(linkId = '88121-9').item.answer.value.code.where($this = 'LA28397-0' or $this = 'LA6729-3').exists(), 'LA19952-3', 'LA19983-8')]])
* item[=].item[=].answerOption[+] insert Option($loinc, LA19952-3, Yes, Sí)
* item[=].item[=].answerOption[+] insert Option($loinc, LA19983-8, No, No)

RuleSet: FoodItem(code, en, es)
* insert LoincItem({code}, choice, [[{en}]], [[{es}]])
* insert Required
* insert ExtractedAs(member)
* answerOption[+] insert Option($loinc, LA28397-0, Often, A menudo)
* answerOption[+] insert Option($loinc, LA6729-3, Sometimes, A veces)
* answerOption[+] insert Option($loinc, LA28398-8, Never, Nunca)
* answerOption[+] insert Option($loinc, LA15775-2, Not sure or no answer, No sabe o no contesta)
