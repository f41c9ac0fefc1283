// How ready an organisation is for navigation services: twelve domains, three statements each, on four levels.
// https://hl7.org/fhir/R4/questionnaire.html
Instance: cn-q-org-readiness
InstanceOf: Questionnaire
Usage: #definition
* insert OurQuestionnaire(cn-q-org-readiness, OrganisationalReadiness)
* insert TitleEsEn([[Is our organisation ready for navigation services?]], [[¿Está lista nuestra organización para los servicios de navegación?]])
* description = "Filled in by an organisation about itself. Each domain is scored from 0 to 100; the report names the weakest and what to do next."
* subjectType = #Organization
* item[+] insert Item(intro, display, [[Say for each statement how far it is true today. An honest low answer helps more than a kind one.]], [[Diga para cada frase hasta dónde es cierta hoy. Una respuesta baja y honesta ayuda más que una amable.]])
* item[+] insert Domain(population, [[Population and need]], [[Población y necesidades]])
* item[=].item[+] insert Statement(population-1, [[We know which of the people we serve need navigation, and how many they are.]], [[Sabemos quiénes de las personas que atendemos necesitan navegación y cuántas son.]])
* item[=].item[+] insert Statement(population-2, [[We know which barriers they meet most often, from records and from asking them.]], [[Sabemos qué barreras encuentran más a menudo, por los registros y porque les preguntamos.]])
* item[=].item[+] insert Statement(population-3, [[We know where people are lost between one service and the next.]], [[Sabemos dónde se pierden las personas entre un servicio y otro.]])
* item[=].item[+] insert Item(population-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(population)
* item[=].item[+] insert Item(population-next, display, [[Count who was lost between two services in the last year, and ask ten of them why.]], [[Cuente quiénes se perdieron entre dos servicios en el último año y pregunte a diez de ellos por qué.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(leadership, [[Leadership]], [[Liderazgo]])
* item[=].item[+] insert Statement(leadership-1, [[Somebody in the leadership answers for navigation and has time for it.]], [[Alguien de la dirección responde por la navegación y tiene tiempo para ello.]])
* item[=].item[+] insert Statement(leadership-2, [[Navigation is part of our plan and of our budget.]], [[La navegación es parte de nuestro plan y de nuestro presupuesto.]])
* item[=].item[+] insert Statement(leadership-3, [[Clinicians and non-clinical staff know why we do it.]], [[El personal clínico y no clínico sabe por qué lo hacemos.]])
* item[=].item[+] insert Item(leadership-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(leadership)
* item[=].item[+] insert Item(leadership-next, display, [[Name one leader who answers for navigation, and put it on the agenda every month.]], [[Nombre a una persona de la dirección que responda por la navegación y póngala en la agenda cada mes.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(roles, [[Roles and job descriptions]], [[Funciones y descripciones de puesto]])
* item[=].item[+] insert Statement(roles-1, [[Each navigator has a written job description.]], [[Cada navegador tiene una descripción de puesto escrita.]])
* item[=].item[+] insert Statement(roles-2, [[What navigators do and what clinicians do is written down, with the line between them.]], [[Está escrito qué hacen los navegadores y qué hace el personal clínico, y dónde está el límite.]])
* item[=].item[+] insert Statement(roles-3, [[It is clear when and how a person is handed over.]], [[Está claro cuándo y cómo se entrega a una persona a otro equipo.]])
* item[=].item[+] insert Item(roles-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(roles)
* item[=].item[+] insert Item(roles-next, display, [[Write one page that says what a navigator does, does not do, and when to call a clinician.]], [[Escriba una página que diga qué hace un navegador, qué no hace y cuándo llamar al personal clínico.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(training, [[Training and supervision]], [[Capacitación y supervisión]])
* item[=].item[+] insert Statement(training-1, [[New navigators are trained before they work alone.]], [[Los navegadores nuevos se capacitan antes de trabajar a solas.]])
* item[=].item[+] insert Statement(training-2, [[Each navigator meets a supervisor at least every two weeks.]], [[Cada navegador se reúne con su supervisor al menos cada dos semanas.]])
* item[=].item[+] insert Statement(training-3, [[Training covers mental health, crisis, privacy and safety on home visits.]], [[La capacitación incluye salud mental, crisis, privacidad y seguridad en visitas a domicilio.]])
* item[=].item[+] insert Item(training-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(training)
* item[=].item[+] insert Item(training-next, display, [[Set a fixed hour of supervision for each navigator, and a list of what they learn in the first month.]], [[Fije una hora de supervisión para cada navegador y una lista de lo que aprende en el primer mes.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(caseload, [[Caseload]], [[Carga de casos]])
* item[=].item[+] insert Statement(caseload-1, [[We know how many people each navigator works with, and what is too many.]], [[Sabemos con cuántas personas trabaja cada navegador y cuántas son demasiadas.]])
* item[=].item[+] insert Statement(caseload-2, [[People with greater needs count for more.]], [[Las personas con más necesidades cuentan más.]])
* item[=].item[+] insert Statement(caseload-3, [[Somebody takes over when a navigator is away.]], [[Alguien toma los casos cuando un navegador no está.]])
* item[=].item[+] insert Item(caseload-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(caseload)
* item[=].item[+] insert Item(caseload-next, display, [[Agree on the largest caseload, and on who takes over during leave.]], [[Acuerden la carga máxima de casos y quién los toma durante las ausencias.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(partners, [[Community and health partners]], [[Aliados comunitarios y de salud]])
* item[=].item[+] insert Statement(partners-1, [[We keep a list of services in the community that is checked at least twice a year.]], [[Mantenemos una lista de servicios de la comunidad que se revisa al menos dos veces al año.]])
* item[=].item[+] insert Statement(partners-2, [[We have agreements with those to whom we refer most.]], [[Tenemos acuerdos con quienes más derivamos.]])
* item[=].item[+] insert Statement(partners-3, [[We learn whether a person who was referred was seen.]], [[Nos enteramos de si la persona derivada fue atendida.]])
* item[=].item[+] insert Item(partners-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(partners)
* item[=].item[+] insert Item(partners-next, display, [[Choose the five partners that you refer to most, and agree on how they tell you that a person was seen.]], [[Elija los cinco aliados a los que más deriva y acuerde cómo le avisan que la persona fue atendida.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(data-sharing, [[Data sharing and consent]], [[Intercambio de datos y consentimiento]])
* item[=].item[+] insert Statement(data-sharing-1, [[We have agreements to share data with our main partners.]], [[Tenemos acuerdos para compartir datos con nuestros aliados principales.]])
* item[=].item[+] insert Statement(data-sharing-2, [[People are asked for consent in words that they understand, and can take it back.]], [[Se pide el consentimiento con palabras que se entienden, y se puede retirar.]])
* item[=].item[+] insert Statement(data-sharing-3, [[Staff know what may not be shared: substance use, HIV, safety at home.]], [[El personal sabe lo que no se puede compartir: uso de sustancias, VIH, seguridad en casa.]])
* item[=].item[+] insert Item(data-sharing-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(data-sharing)
* item[=].item[+] insert Item(data-sharing-next, display, [[Review the consent form with people who use the service, and write down what is never shared without it.]], [[Revise el formulario de consentimiento con quienes usan el servicio y escriba lo que nunca se comparte sin él.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(it, [[Computers and records]], [[Computadoras y registros]])
* item[=].item[+] insert Statement(it-1, [[Navigators see what they need of the health record.]], [[Los navegadores ven lo que necesitan del expediente clínico.]])
* item[=].item[+] insert Statement(it-2, [[Tasks, contacts and referrals are kept in one place.]], [[Las tareas, los contactos y las derivaciones están en un solo lugar.]])
* item[=].item[+] insert Statement(it-3, [[Nobody writes the same thing twice.]], [[Nadie escribe lo mismo dos veces.]])
* item[=].item[+] insert Item(it-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(it)
* item[=].item[+] insert Item(it-next, display, [[Give navigators the smallest view of the record that they need, and drop one double entry.]], [[Dé a los navegadores la vista mínima del expediente que necesitan y elimine una doble captura.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(funding, [[Funding and billing]], [[Financiamiento y cobro]])
* item[=].item[+] insert Statement(funding-1, [[We know what navigation costs us in a year.]], [[Sabemos cuánto nos cuesta la navegación al año.]])
* item[=].item[+] insert Statement(funding-2, [[We know which programmes pay for it, and what they ask for.]], [[Sabemos qué programas la pagan y qué piden.]])
* item[=].item[+] insert Statement(funding-3, [[Time is logged so that it can be billed.]], [[El tiempo se registra de modo que se pueda cobrar.]])
* item[=].item[+] insert Item(funding-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(funding)
* item[=].item[+] insert Item(funding-next, display, [[Work out the cost of one navigator, and which programme of your payers covers it.]], [[Calcule el costo de un navegador y qué programa de sus pagadores lo cubre.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(quality, [[Quality measures]], [[Medidas de calidad]])
* item[=].item[+] insert Statement(quality-1, [[We measure whether people get to their care, not only what we do.]], [[Medimos si las personas llegan a su atención, no solo lo que hacemos.]])
* item[=].item[+] insert Statement(quality-2, [[Results are looked at every quarter, also by language and group.]], [[Los resultados se revisan cada trimestre, también por idioma y grupo.]])
* item[=].item[+] insert Statement(quality-3, [[Something changes after we have looked.]], [[Algo cambia después de revisarlos.]])
* item[=].item[+] insert Item(quality-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(quality)
* item[=].item[+] insert Item(quality-next, display, [[Choose three measures, such as closed referrals, and look at them together every quarter.]], [[Elija tres medidas, como las derivaciones cerradas, y revíselas en equipo cada trimestre.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(voice, [[The voice of people and families]], [[La voz de las personas y sus familias]])
* item[=].item[+] insert Statement(voice-1, [[People who use the service help to shape it.]], [[Las personas que usan el servicio ayudan a darle forma.]])
* item[=].item[+] insert Statement(voice-2, [[Families and friends are part of the team when the person wants it.]], [[Familiares y amigos son parte del equipo cuando la persona lo quiere.]])
* item[=].item[+] insert Statement(voice-3, [[We ask people how it went, and they learn what came of it.]], [[Preguntamos a las personas cómo les fue, y se enteran de lo que se hizo.]])
* item[=].item[+] insert Item(voice-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(voice)
* item[=].item[+] insert Item(voice-next, display, [[Invite two people who use the service to your next planning meeting, and pay them for their time.]], [[Invite a dos personas que usan el servicio a su próxima reunión de planificación y págueles su tiempo.]])
* item[=].item[=] insert Hidden
* item[+] insert Domain(language-access, [[Language access]], [[Acceso en su idioma]])
* item[=].item[+] insert Statement(language-access-1, [[Everybody can speak with us in their own language, by staff or an interpreter.]], [[Todas las personas pueden hablar con nosotros en su idioma, con personal o con intérprete.]])
* item[=].item[+] insert Statement(language-access-2, [[Letters and forms are there in the languages of the people we serve.]], [[Las cartas y los formularios están en los idiomas de las personas que atendemos.]])
* item[=].item[+] insert Statement(language-access-3, [[Relatives and children are not used as interpreters.]], [[No se usa a familiares ni a niños como intérpretes.]])
* item[=].item[+] insert Item(language-access-score, integer, [[Score of this domain, 0 to 100]], [[Puntaje de esta área, de 0 a 100]])
* item[=].item[=] insert DomainScore(language-access)
* item[=].item[+] insert Item(language-access-next, display, [[List the languages of your people, and book an interpreter service for each of them.]], [[Haga una lista de los idiomas de sus personas y contrate un servicio de intérpretes para cada uno.]])
* item[=].item[=] insert Hidden
* item[+] insert Item(score, integer, [[Score in all, 0 to 100]], [[Puntaje total, de 0 a 100]])
* item[=] insert Calculated([[((%resource.item.item.answer.value.weight().sum() * 100) / (%resource.item.item.answer.value.weight().count() * 3) + 0.5).floor()]])

RuleSet: Domain(code, en, es)
* insert Item({code}, group, [[{en}]], [[{es}]])
* insert Required

RuleSet: Statement(linkId, en, es)
* insert Item({linkId}, choice, [[{en}]], [[{es}]])
* insert Required
* answerOption[+] insert Scored(CnReadiness, not-yet, 0, Not yet, Todavía no)
* answerOption[+] insert Scored(CnReadiness, begun, 1, Begun, Iniciado)
* answerOption[+] insert Scored(CnReadiness, mostly, 2, Mostly, En gran parte)
* answerOption[+] insert Scored(CnReadiness, fully, 3, Fully, Por completo)

// Of three statements of 0 to 3 each, the share of what can be reached, in whole hundredths.
RuleSet: DomainScore(code)
* insert Calculated([[((%resource.item.where(linkId = '{code}').item.answer.value.weight().sum() * 100) / (%resource.item.where(linkId = '{code}').item.answer.value.weight().count() * 3) + 0.5).floor()]])
