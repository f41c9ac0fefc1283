// A person-centred assessment on five axes, in the person's own words; after the idea of the star method, in our own text.
// https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-person-centred
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-person-centred, PersonCentred)
* insert TitleEsEn([[Five sides of your life with care]], [[Cinco lados de su vida con cuidados]])
* insert SurveyCategory
* description = "A conversation on five sides of a life. On each the person says what it is like, what works, how hard it is and what matters next; nothing is scored in all."
* subjectType = #Patient
* item[+] insert Axis(medications, [[Medicines]], [[Medicinas]])
* item[=].item[+] insert AxisText(medications, words, [[In your own words: how is it with the medicines you take or were told to take?]], [[Con sus propias palabras: ¿cómo le va con las medicinas que toma o le indicaron tomar?]])
* item[=].item[+] insert AxisText(medications, strengths, [[What works well? What are you good at, and who helps?]], [[¿Qué funciona bien? ¿En qué es usted bueno(a) y quién le ayuda?]])
* item[=].item[+] insert Item(medications-hard, integer, [[How hard is this side of your life now, from 0 (not hard) to 4 (as hard as can be)?]], [[¿Qué tan difícil es ahora este lado de su vida, de 0 (nada difícil) a 4 (lo más difícil posible)?]])
* item[=].item[=] insert AxisPart(hard)
* item[=].item[=] insert Between(0, 4)
* item[=].item[+] insert AxisText(medications, next, [[What matters to you next?]], [[¿Qué es lo que más le importa ahora?]])
* item[+] insert Axis(medical, [[Health of the body]], [[Salud del cuerpo]])
* item[=].item[+] insert AxisText(medical, words, [[In your own words: how is it with your body, illnesses and care?]], [[Con sus propias palabras: ¿cómo le va con su cuerpo, sus enfermedades y su atención?]])
* item[=].item[+] insert AxisText(medical, strengths, [[What works well? What are you good at, and who helps?]], [[¿Qué funciona bien? ¿En qué es usted bueno(a) y quién le ayuda?]])
* item[=].item[+] insert Item(medical-hard, integer, [[How hard is this side of your life now, from 0 (not hard) to 4 (as hard as can be)?]], [[¿Qué tan difícil es ahora este lado de su vida, de 0 (nada difícil) a 4 (lo más difícil posible)?]])
* item[=].item[=] insert AxisPart(hard)
* item[=].item[=] insert Between(0, 4)
* item[=].item[+] insert AxisText(medical, next, [[What matters to you next?]], [[¿Qué es lo que más le importa ahora?]])
* item[+] insert Axis(behavioural, [[Mind, habits and feelings]], [[Mente, hábitos y sentimientos]])
* item[=].item[+] insert AxisText(behavioural, words, [[In your own words: how is it with your mood, thoughts, habits and what you do to cope?]], [[Con sus propias palabras: ¿cómo le va con su ánimo, sus pensamientos, sus hábitos y lo que hace para salir adelante?]])
* item[=].item[+] insert AxisText(behavioural, strengths, [[What works well? What are you good at, and who helps?]], [[¿Qué funciona bien? ¿En qué es usted bueno(a) y quién le ayuda?]])
* item[=].item[+] insert Item(behavioural-hard, integer, [[How hard is this side of your life now, from 0 (not hard) to 4 (as hard as can be)?]], [[¿Qué tan difícil es ahora este lado de su vida, de 0 (nada difícil) a 4 (lo más difícil posible)?]])
* item[=].item[=] insert AxisPart(hard)
* item[=].item[=] insert Between(0, 4)
* item[=].item[+] insert AxisText(behavioural, next, [[What matters to you next?]], [[¿Qué es lo que más le importa ahora?]])
* item[+] insert Axis(personal, [[Who you are]], [[Quién es usted]])
* item[=].item[+] insert AxisText(personal, words, [[In your own words: how is it with your story, beliefs, talents and what matters to you?]], [[Con sus propias palabras: ¿cómo le va con su historia, sus creencias, sus talentos y lo que le importa?]])
* item[=].item[+] insert AxisText(personal, strengths, [[What works well? What are you good at, and who helps?]], [[¿Qué funciona bien? ¿En qué es usted bueno(a) y quién le ayuda?]])
* item[=].item[+] insert Item(personal-hard, integer, [[How hard is this side of your life now, from 0 (not hard) to 4 (as hard as can be)?]], [[¿Qué tan difícil es ahora este lado de su vida, de 0 (nada difícil) a 4 (lo más difícil posible)?]])
* item[=].item[=] insert AxisPart(hard)
* item[=].item[=] insert Between(0, 4)
* item[=].item[+] insert AxisText(personal, next, [[What matters to you next?]], [[¿Qué es lo que más le importa ahora?]])
* item[+] insert Axis(social, [[People and surroundings]], [[Personas y entorno]])
* item[=].item[+] insert AxisText(social, words, [[In your own words: how is it with family, friends, home, money and neighbourhood?]], [[Con sus propias palabras: ¿cómo le va con familia, amigos, vivienda, dinero y vecindario?]])
* item[=].item[+] insert AxisText(social, strengths, [[What works well? What are you good at, and who helps?]], [[¿Qué funciona bien? ¿En qué es usted bueno(a) y quién le ayuda?]])
* item[=].item[+] insert Item(social-hard, integer, [[How hard is this side of your life now, from 0 (not hard) to 4 (as hard as can be)?]], [[¿Qué tan difícil es ahora este lado de su vida, de 0 (nada difícil) a 4 (lo más difícil posible)?]])
* item[=].item[=] insert AxisPart(hard)
* item[=].item[=] insert Between(0, 4)
* item[=].item[+] insert AxisText(social, next, [[What matters to you next?]], [[¿Qué es lo que más le importa ahora?]])

RuleSet: Axis(code, en, es)
* insert Item({code}, group, [[{en}]], [[{es}]])
* code = CnAxis#{code}
* insert Extracted

RuleSet: AxisPart(part)
* code = CnAxis#{part}
* insert ExtractedAs(component)

RuleSet: AxisText(axis, part, en, es)
* insert Item({axis}-{part}, text, [[{en}]], [[{es}]])
* insert AxisPart({part})
* maxLength = 4000
