// PRAPARE: its structure and codes; the words of the instrument are its owners'. https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-prapare
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-prapare, PRAPARE)
* insert TitleEsEn([[Life and resources (structure of PRAPARE)]], [[Vida y recursos (estructura de PRAPARE)]])
* insert SurveyCategory
* insert SocialCategory
* description = "The structure and codes of PRAPARE, with neutral words of our own in place of its text."
* copyright = "The text of the instrument belongs to its owners and is not part of this form."
* subjectType = #Patient
* code = $loinc#93025-5
* item[+] insert LoincItem(93025-5, group, [[Life and resources]], [[Vida y recursos]])
* item[=] insert Required
* item[=] insert Extracted
* item[=].item[+] insert LoincGroup(93043-8, [[About the person]], [[Sobre la persona]])
* item[=].item[=].item[+] insert LoincChoice(56051-6, [[Hispanic or Latino]], [[Hispano(a) o latino(a)]])
* item[=].item[=].item[=] insert YesNoDecline
* item[=].item[=].item[+] insert LoincChoice(32624-9, [[Race; several are possible]], [[Raza; puede haber varias]])
* item[=].item[=].item[=].repeats = true
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA6156-9, Asian, Asiática)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA14045-1, Hawaiian, Hawaiana)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30187-1, Of a Pacific island, De una isla del Pacífico)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA14042-8, Black, Negra)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA4457-3, White, Blanca)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA4-4, Native of America or Alaska, Indígena de América o de Alaska)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA46-8, Another, Otra)
* item[=].item[=].item[=] insert Decline
* item[=].item[=].item[+] insert LoincChoice(93035-4, [[Farm work by season as the main income, in the last two years]], [[Trabajo agrícola de temporada como ingreso principal, en los últimos dos años]])
* item[=].item[=].item[=] insert YesNoDecline
* item[=].item[=].item[+] insert LoincChoice(93034-7, [[Discharged from the armed forces]], [[Dado(a) de baja de las fuerzas armadas]])
* item[=].item[=].item[=] insert YesNoDecline
* item[=].item[=].item[+] insert LoincChoice(54899-0, [[Language that is easiest]], [[Idioma más cómodo]])
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA43-5, English, Inglés)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30188-9, Another language, Otro idioma)
* item[=].item[=].item[=] insert Decline
* item[=].item[+] insert LoincGroup(93042-0, [[Home]], [[Hogar]])
* item[=].item[=].item[+] insert LoincItem(63512-8, integer, [[How many people live there]], [[Cuántas personas viven ahí]])
* item[=].item[=].item[=] insert ExtractedAs(member)
* item[=].item[=].item[=] insert Between(0, 100)
* item[=].item[=].item[+] insert LoincChoice(71802-3, [[A home of one's own]], [[Vivienda propia o estable]])
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30189-7, There is one, La tiene)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30190-5, There is none, No la tiene)
* item[=].item[=].item[=] insert Decline
* item[=].item[=].item[+] insert LoincChoice(93033-9, [[Afraid of losing the home]], [[Miedo de perder la vivienda]])
* item[=].item[=].item[=] insert YesNoDecline
* item[=].item[=].item[+] insert LoincItem(56799-0, string, [[Address]], [[Dirección]])
* item[=].item[+] insert LoincGroup(93041-2, [[Money and resources]], [[Dinero y recursos]])
* item[=].item[=].item[+] insert LoincChoice(82589-3, [[Schooling]], [[Estudios]])
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30191-3, No high school diploma, Sin diploma de secundaria)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30192-1, High school diploma or the like, Diploma de secundaria o similar)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30193-9, More, Más)
* item[=].item[=].item[=] insert Decline
* item[=].item[=].item[+] insert LoincChoice(67875-5, [[Work now]], [[Trabajo actual]])
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA17956-6, Without work, Sin trabajo)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30138-4, Part of the time or for a while, Por horas o temporal)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30136-8, Full time, Tiempo completo)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30137-6, Without work and not looking for it, Sin trabajo y sin buscarlo)
* item[=].item[=].item[=] insert Decline
* item[=].item[=].item[+] insert LoincChoice(76437-3, [[Main insurance]], [[Seguro principal]])
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30194-7, None, Ninguno)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA17849-3, Medicaid, Medicaid)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30195-4, CHIP by Medicaid, CHIP por Medicaid)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA15652-3, Medicare, Medicare)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30196-2, Another public one, Otro público)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30197-0, Another public one for children, Otro público para niños)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA6350-8, Private, Privado)
* item[=].item[=].item[+] insert LoincItem(63586-2, decimal, [[Income of the household in a year, in dollars]], [[Ingreso del hogar en un año, en dólares]])
* item[=].item[=].item[=] insert ExtractedAs(member)
* item[=].item[=].item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].item[=].item[=].extension[=].valueCoding = urn:iso:std:iso:4217#USD
* item[=].item[=].item[+] insert LoincChoice(93031-3, [[What could not be had in the last year when it was needed; several are possible]], [[Lo que no se pudo conseguir en el último año cuando hacía falta; puede haber varios]])
* item[=].item[=].item[=].repeats = true
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30125-1, Food, Comida)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30126-9, Clothes, Ropa)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30124-4, [[Light, water or heating]], [[Luz, agua o calefacción]])
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30127-7, Care for children, Cuidado de niños)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30128-5, Medicine or care, Medicinas o atención)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30129-3, A telephone, Teléfono)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA46-8, Something else, Otra cosa)
* item[=].item[=].item[=] insert Decline
* item[=].item[=].item[+] insert LoincChoice(93030-5, [[Kept from something for want of a ride; several are possible]], [[Dejó de hacer algo por falta de transporte; puede haber varios]])
* item[=].item[=].item[=].repeats = true
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30133-5, From care or medicines, De la atención o las medicinas)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30134-3, [[From work, errands or other things]], [[Del trabajo, los mandados u otras cosas]])
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA32-8, No, No)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30257-2, Cannot answer, No puede contestar)
* item[=].item[+] insert LoincGroup(93040-4, [[Company and feelings]], [[Compañía y sentimientos]])
* item[=].item[=].item[+] insert LoincChoice(93029-7, [[How often with people who are close]], [[Con qué frecuencia está con personas cercanas]])
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA27722-0, Not every week, No todas las semanas)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30130-1, Once or twice in a week, Una o dos veces por semana)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30131-9, Three to five times in a week, De tres a cinco veces por semana)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA30132-7, More often, Más a menudo)
* item[=].item[=].item[=] insert Decline
* item[=].item[=].item[+] insert LoincChoice(93038-8, [[Stress]], [[Estrés]])
* item[=].item[=].item[=] insert HowStressed
* item[=].item[=].item[=] insert Decline
* item[=].item[+] insert LoincGroup(93039-6, [[Further questions]], [[Otras preguntas]])
* item[=].item[=].item[+] insert LoincChoice(93028-9, [[More than two nights in a prison or the like, in the last year]], [[Más de dos noches en una cárcel o similar, en el último año]])
* item[=].item[=].item[=] insert YesNoDecline
* item[=].item[=].item[+] insert LoincChoice(93027-1, [[Refugee]], [[Refugiado(a)]])
* item[=].item[=].item[=] insert YesNoDecline
* item[=].item[=].item[+] insert LoincChoice(93026-3, [[Safe at home, in body and mind]], [[Seguro(a) en casa, en cuerpo y mente]])
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA33-6, Yes, Sí)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA32-8, No, No)
* item[=].item[=].item[=].answerOption[+] insert Option($loinc, LA14072-5, Not sure, No lo sé)
* item[=].item[=].item[=] insert Decline
* item[=].item[=].item[+] insert LoincChoice(76501-6, [[Afraid of a partner or former partner, in the last year]], [[Miedo de su pareja o expareja, en el último año]])
* item[=].item[=].item[=].answerOption[+] insert Scored($loinc, LA33-6, 1, Yes, Sí)
* item[=].item[=].item[=].answerOption[+] insert Scored($loinc, LA32-8, 0, No, No)

// A part of an instrument, and a question of one.
RuleSet: LoincGroup(code, en, es)
* insert LoincItem({code}, group, [[{en}]], [[{es}]])
* insert ExtractedAs(member)

RuleSet: LoincChoice(code, en, es)
* insert LoincItem({code}, choice, [[{en}]], [[{es}]])
* insert ExtractedAs(member)

RuleSet: YesNo
* answerOption[+] insert Option($loinc, LA33-6, Yes, Sí)
* answerOption[+] insert Option($loinc, LA32-8, No, No)

RuleSet: Decline
* answerOption[+] insert Option($loinc, LA30122-8, Rather not say, Prefiere no decirlo)

RuleSet: YesNoDecline
* insert YesNo
* insert Decline

RuleSet: HowStressed
* answerOption[+] insert Option($loinc, LA6568-5, None, Nada)
* answerOption[+] insert Option($loinc, LA13863-8, A little, Un poco)
* answerOption[+] insert Option($loinc, LA13909-9, Some, Algo)
* answerOption[+] insert Option($loinc, LA13902-4, Much, Bastante)
* answerOption[+] insert Option($loinc, LA13914-9, Very much, Muchísimo)
