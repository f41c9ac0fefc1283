// What stands between a person and their care: each kind of barrier is asked once, without a clinical question.
// https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-navigator-barriers
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-navigator-barriers, NavigatorBarriers)
* insert TitleEsEn([[What makes care hard to get]], [[Lo que dificulta recibir atención]])
* description = "Asked by a navigator, a health worker, a peer or the person alone. Each yes becomes a barrier of the person; help that is wanted now comes first."
* subjectType = #Patient
* item[+] insert Item(intro, display, [[These questions are about what makes it hard to get care. You may leave any of them out.]], [[Estas preguntas tratan de lo que dificulta recibir atención. Puede dejar cualquiera sin contestar.]])
* item[+] insert BarrierItem(transport, [[Is it hard to get to your care?]], [[¿Le cuesta llegar a su atención médica?]])
* item[+] insert HelpItem(transport)
* item[+] insert BarrierItem(cost, [[Does care cost more than you can pay?]], [[¿La atención cuesta más de lo que puede pagar?]])
* item[+] insert HelpItem(cost)
* item[+] insert BarrierItem(coverage, [[Are you without coverage, or without it for the care that you need?]], [[¿No tiene seguro, o su seguro no cubre lo que necesita?]])
* item[+] insert HelpItem(coverage)
* item[+] insert BarrierItem(language, [[Is it hard to find care in your language?]], [[¿Le cuesta encontrar atención en su idioma?]])
* item[+] insert HelpItem(language)
* item[+] insert BarrierItem(phone-internet, [[Are you without a telephone or internet of your own?]], [[¿Le falta un teléfono o internet propio?]])
* item[+] insert HelpItem(phone-internet)
* item[+] insert BarrierItem(childcare, [[Is there nobody to look after your children while you are at a visit?]], [[¿No hay quien cuide a sus hijos mientras va a una cita?]])
* item[+] insert HelpItem(childcare)
* item[+] insert BarrierItem(housing, [[Are you without a safe and steady place to live?]], [[¿Le falta un lugar seguro y estable donde vivir?]])
* item[+] insert HelpItem(housing)
* item[+] insert BarrierItem(food, [[Is there too little food at times?]], [[¿A veces falta la comida?]])
* item[+] insert HelpItem(food)
* item[+] insert BarrierItem(mistrust-stigma, [[Do bad experiences, or the fear of being judged, keep you away?]], [[¿Las malas experiencias o el miedo a que le juzguen le alejan de la atención?]])
* item[+] insert HelpItem(mistrust-stigma)
* item[+] insert BarrierItem(side-effects-fear, [[Are you afraid of what a treatment may do to you?]], [[¿Tiene miedo de lo que un tratamiento pueda causarle?]])
* item[+] insert HelpItem(side-effects-fear)
* item[+] insert BarrierItem(cognition-memory, [[Is it hard to remember visits, or to follow the steps?]], [[¿Le cuesta recordar las citas o seguir los pasos?]])
* item[+] insert HelpItem(cognition-memory)
* item[+] insert BarrierItem(symptoms-interfere, [[Does how you feel get in the way of seeking care?]], [[¿La forma en que se siente le impide buscar atención?]])
* item[+] insert HelpItem(symptoms-interfere)
* item[+] insert BarrierItem(appointment-times, [[Do the times of visits not fit your life?]], [[¿Los horarios de las citas no le convienen?]])
* item[+] insert HelpItem(appointment-times)
* item[+] insert BarrierItem(distance, [[Is the care too far away?]], [[¿La atención queda demasiado lejos?]])
* item[+] insert HelpItem(distance)
* item[+] insert BarrierItem(literacy, [[Is it hard to read or understand letters and forms?]], [[¿Le cuesta leer o entender cartas y formularios?]])
* item[+] insert HelpItem(literacy)
* item[+] insert BarrierItem(disability-access, [[Does a disability make the place or the service hard to use?]], [[¿Una discapacidad le dificulta usar el lugar o el servicio?]])
* item[+] insert HelpItem(disability-access)
* item[+] insert BarrierItem(legal, [[Does a legal problem stand in the way?]], [[¿Un problema legal se lo impide?]])
* item[+] insert HelpItem(legal)
* item[+] insert BarrierItem(safety-at-home, [[Do you feel unsafe at home?]], [[¿Se siente en peligro en su casa?]])
* item[+] insert HelpItem(safety-at-home)
* item[+] insert BarrierItem(no-natural-support, [[Is there no relative or friend who can help?]], [[¿No hay familiar ni amigo que pueda ayudarle?]])
* item[+] insert HelpItem(no-natural-support)
* item[+] insert BarrierItem(provider-refusal, [[Has a practice refused to take you?]], [[¿Algún consultorio se ha negado a atenderle?]])
* item[+] insert HelpItem(provider-refusal)
* item[+] insert BarrierItem(paperwork, [[Are papers or forms missing?]], [[¿Le faltan documentos o formularios?]])
* item[+] insert HelpItem(paperwork)
* item[+] insert Item(other, text, [[Is there anything else?]], [[¿Hay algo más?]])
* item[=].maxLength = 2000

RuleSet: BarrierItem(type, en, es)
* linkId = "{type}"
* code = CnBarrierType#{type}
* text = "{en}"
* text insert Es([[{es}]])
* type = #choice
* insert YesNoUnsure

RuleSet: HelpItem(type)
* linkId = "{type}-help"
* text = "Do you want help with this now?"
* text insert Es([[¿Quiere ayuda con esto ahora?]])
* type = #boolean
* enableWhen[0].question = "{type}"
* enableWhen[0].operator = #!=
* enableWhen[0].answerCoding = $v2-0532#N
* enableWhen[1].question = "{type}"
* enableWhen[1].operator = #exists
* enableWhen[1].answerBoolean = true
* enableBehavior = #all
