// AHC HRSN: its structure and codes, with neutral words of our own. https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-ahc-hrsn
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-ahc-hrsn, AHCHRSN)
* insert TitleEsEn([[Social needs (structure of the AHC HRSN tool)]], [[Necesidades sociales (estructura de la herramienta AHC HRSN)]])
* insert SurveyCategory
* insert SocialCategory
* description = "The structure and codes of the screening tool for health-related social needs, with neutral words of our own in place of its text."
* copyright = "Parts of the text of the instrument belong to others; none of it is part of this form."
* subjectType = #Patient
* code = $loinc#96777-8
* item[+] insert LoincItem(96777-8, group, [[Social needs]], [[Necesidades sociales]])
* item[=] insert Required
* item[=] insert Extracted
* item[=].item[+] insert LoincChoice(71802-3, [[Home]], [[Vivienda]])
* item[=].item[=].answerOption[+] insert Option($loinc, LA31993-1, Steady, Estable)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31994-9, There is one but it may be lost, La tiene pero puede perderla)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31995-6, None that is steady, Ninguna estable)
* item[=].item[+] insert LoincChoice(96778-6, [[What is wrong with the home; several are possible]], [[Problemas de la vivienda; puede haber varios]])
* item[=].item[=].repeats = true
* item[=].item[=].answerOption[+] insert Option($loinc, LA31996-4, Pests, Plagas)
* item[=].item[=].answerOption[+] insert Option($loinc, LA28580-1, Mold, Moho)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31997-2, Lead, Plomo)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31998-0, Heating, Calefacción)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31999-8, Stove, Estufa)
* item[=].item[=].answerOption[+] insert Option($loinc, LA32000-4, Smoke alarm, Alarma de humo)
* item[=].item[=].answerOption[+] insert Option($loinc, LA32001-2, Leaks, Fugas de agua)
* item[=].item[=].answerOption[+] insert Exclusive($loinc, LA9-3, Nothing, Nada)
* item[=].item[+] insert AhcFood(88122-7, [[Feared that the food would not last, in the last year]], [[Miedo de que no alcanzara la comida, en el último año]])
* item[=].item[+] insert AhcFood(88123-5, [[The food did not last, in the last year]], [[La comida no alcanzó, en el último año]])
* item[=].item[+] insert LoincChoice(93030-5, [[Kept from care or daily life for want of a ride, in the last year]], [[Dejó de ir a la atención o a lo cotidiano por falta de transporte, en el último año]])
* item[=].item[=] insert YesNo
* item[=].item[+] insert LoincChoice(96779-4, [[Warned that light, gas, water or oil would be cut off, in the last year]], [[Aviso de corte de luz, gas, agua o combustible, en el último año]])
* item[=].item[=] insert YesNo
* item[=].item[=].answerOption[+] insert Option($loinc, LA32002-0, They are cut off, Ya están cortados)
* item[=].item[+] insert Safety(95618-5, [[How often somebody hurts the person]], [[Con qué frecuencia alguien lastima a la persona]])
* item[=].item[+] insert Safety(95617-7, [[How often somebody insults the person]], [[Con qué frecuencia alguien insulta a la persona]])
* item[=].item[+] insert Safety(95616-9, [[How often somebody threatens the person]], [[Con qué frecuencia alguien amenaza a la persona]])
* item[=].item[+] insert Safety(95615-1, [[How often somebody shouts at the person]], [[Con qué frecuencia alguien le grita a la persona]])
* item[=].item[+] insert LoincItem(95614-4, integer, [[Total of the four]], [[Total de las cuatro]])
* item[=].item[=] insert ExtractedAs(member)
* item[=].item[=] insert Calculated([[iif(%resource.item.where(linkId = '96777-8').item.where(linkId in ('95618-5' | '95617-7' | '95616-9' | '95615-1')).answer.count() = 4, %resource.item.where(linkId = '96777-8').item.where(linkId in ('95618-5' | '95617-7' | '95616-9' | '95615-1')).answer.value.weight().sum(), {})]])
* item[=].item[+] insert LoincChoice(76513-1, [[How hard it is to pay for the basics]], [[Qué tan difícil es pagar lo básico]])
* item[=].item[=].answerOption[+] insert Option($loinc, LA15832-1, Very hard, Muy difícil)
* item[=].item[=].answerOption[+] insert Option($loinc, LA22683-9, Rather hard, Algo difícil)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31980-8, Not hard, No es difícil)
* item[=].item[+] insert LoincChoice(96780-2, [[Help with work]], [[Ayuda con el trabajo]])
* item[=].item[=].answerOption[+] insert Option($loinc, LA31981-6, To find it, Para encontrarlo)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31982-4, To keep it, Para conservarlo)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31983-2, Not needed, No la necesita)
* item[=].item[+] insert LoincChoice(96781-0, [[Help with daily life]], [[Ayuda con la vida diaria]])
* item[=].item[=].answerOption[+] insert Option($loinc, LA31976-6, Not needed, No la necesita)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31977-4, Enough of it is there, Tiene la suficiente)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31978-2, A little more is needed, Necesita un poco más)
* item[=].item[=].answerOption[+] insert Option($loinc, LA31979-0, Much more is needed, Necesita mucho más)
* item[=].item[+] insert LoincChoice(93159-2, [[How often lonely]], [[Con qué frecuencia se siente solo(a)]])
* item[=].item[=].answerOption[+] insert Option($loinc, LA6270-8, Never, Nunca)
* item[=].item[=].answerOption[+] insert Option($loinc, LA10066-1, Rarely, Rara vez)
* item[=].item[=].answerOption[+] insert Option($loinc, LA10082-8, Sometimes, A veces)
* item[=].item[=].answerOption[+] insert Option($loinc, LA10044-8, Often, A menudo)
* item[=].item[=].answerOption[+] insert Option($loinc, LA9933-8, Always, Siempre)
* item[=].item[+] insert LoincChoice(97027-7, [[Another language than English at home]], [[Otro idioma que el inglés en casa]])
* item[=].item[=] insert YesNo
* item[=].item[+] insert LoincChoice(96782-8, [[Help with school or training]], [[Ayuda con los estudios o la capacitación]])
* item[=].item[=] insert YesNo
* item[=].item[+] insert LoincItem(89555-7, integer, [[Days of exercise in a week]], [[Días de ejercicio por semana]])
* item[=].item[=] insert ExtractedAs(member)
* item[=].item[=] insert Between(0, 7)
* item[=].item[+] insert LoincItem(68516-4, integer, [[Minutes of exercise on such a day]], [[Minutos de ejercicio en un día así]])
* item[=].item[=] insert ExtractedAs(member)
* item[=].item[=] insert Between(0, 1440)
* item[=].item[+] insert HowOftenUsed(68517-2, [[Many drinks in one day, in the last year]], [[Muchas bebidas alcohólicas en un día, en el último año]])
* item[=].item[+] insert HowOftenUsed(96842-0, [[Tobacco, in the last year]], [[Tabaco, en el último año]])
* item[=].item[+] insert HowOftenUsed(95530-2, [[Medicines in another way than prescribed, in the last year]], [[Medicinas de otra forma que la recetada, en el último año]])
* item[=].item[+] insert HowOftenUsed(68524-8, [[Illegal drugs, in the last year]], [[Drogas ilegales, en el último año]])
* item[=].item[+] insert LoincChoice(44250-9, [[Little interest or pleasure in doing things]], [[Poco interés o placer en hacer las cosas]])
* item[=].item[=] insert HowOften
* item[=].item[+] insert LoincChoice(44255-8, [[Feeling down, depressed, or hopeless]], [[Se ha sentido decaído(a), deprimido(a) o sin esperanzas]])
* item[=].item[=] insert HowOften
* item[=].item[+] insert LoincChoice(93038-8, [[Stress]], [[Estrés]])
* item[=].item[=] insert HowStressed
* item[=].item[+] insert LoincChoice(69858-9, [[Hard to concentrate, remember or decide]], [[Le cuesta concentrarse, recordar o decidir]])
* item[=].item[=] insert YesNo
* item[=].item[+] insert LoincChoice(69861-3, [[Hard to do errands alone]], [[Le cuesta hacer mandados a solas]])
* item[=].item[=] insert YesNo

RuleSet: Exclusive(system, code, en, es)
* extension[0].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive"
* extension[0].valueBoolean = true
* valueCoding = {system}#{code} "{en}"
* valueCoding.display insert Es([[{es}]])

RuleSet: AhcFood(code, en, es)
* insert LoincChoice({code}, [[{en}]], [[{es}]])
* answerOption[+] insert Option($loinc, LA28397-0, Often, A menudo)
* answerOption[+] insert Option($loinc, LA6729-3, Sometimes, A veces)
* answerOption[+] insert Option($loinc, LA28398-8, Never, Nunca)

RuleSet: Safety(code, en, es)
* insert LoincChoice({code}, [[{en}]], [[{es}]])
* answerOption[+] insert Scored($loinc, LA6270-8, 1, Never, Nunca)
* answerOption[+] insert Scored($loinc, LA10066-1, 2, Rarely, Rara vez)
* answerOption[+] insert Scored($loinc, LA10082-8, 3, Sometimes, A veces)
* answerOption[+] insert Scored($loinc, LA16644-9, 4, Often, A menudo)
* answerOption[+] insert Scored($loinc, LA6482-9, 5, Very often, Muy a menudo)

RuleSet: HowOftenUsed(code, en, es)
* insert LoincChoice({code}, [[{en}]], [[{es}]])
* answerOption[+] insert Option($loinc, LA6270-8, Never, Nunca)
* answerOption[+] insert Option($loinc, LA26460-8, Once or twice, Una o dos veces)
* answerOption[+] insert Option($loinc, LA18876-5, Every month, Cada mes)
* answerOption[+] insert Option($loinc, LA18891-4, Every week, Cada semana)
* answerOption[+] insert Option($loinc, LA18934-2, Every day or nearly, Cada día o casi)
