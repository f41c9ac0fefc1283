// What every form of ours says about itself, and the questions and answers that they are put together from, in English and Spanish.
// https://hl7.org/fhir/R4/questionnaire.html · https://hl7.org/fhir/uv/sdc
Alias: $v2-0532 = http://terminology.hl7.org/CodeSystem/v2-0532
Alias: $observation-category = http://terminology.hl7.org/CodeSystem/observation-category

RuleSet: OurQuestionnaire(id, name)
* url = "$CB/Questionnaire/{id}"
* version = "1.0.0"
* name = "{name}"
* status = #active
* experimental = false
* date = "2026-11-01"
* publisher = "Throughline"
* language = #en

RuleSet: TitleEsEn(en, es)
* title = "{en}"
* title insert Es([[{es}]])

// The translation of a text. https://hl7.org/fhir/R4/extension-translation.html
RuleSet: Es(es)
* extension[+].url = "http://hl7.org/fhir/StructureDefinition/translation"
* extension[=].extension[0].url = "lang"
* extension[=].extension[0].valueCode = #es
* extension[=].extension[1].url = "content"
* extension[=].extension[1].valueString = "{es}"

// A question, a group or a text to read.
RuleSet: Item(linkId, type, en, es)
* linkId = "{linkId}"
* text = "{en}"
* text insert Es([[{es}]])
* type = #{type}

RuleSet: Required
* required = true

// A question with a code of LOINC.
RuleSet: LoincItem(code, type, en, es)
* linkId = "{code}"
* code = $loinc#{code}
* text = "{en}"
* text insert Es([[{es}]])
* type = #{type}

// An answer; a scored one weighs as much as the form says.
RuleSet: Option(system, code, en, es)
* valueCoding = {system}#{code} "{en}"
* valueCoding.display insert Es([[{es}]])

RuleSet: Scored(system, code, weight, en, es)
* extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* extension[0].valueDecimal = {weight}
* valueCoding = {system}#{code} "{en}"
* valueCoding.display insert Es([[{es}]])

RuleSet: YesNoUnsure
* answerOption[+] insert Option($v2-0532, Y, Yes, Sí)
* answerOption[+] insert Option($v2-0532, N, No, No)
* answerOption[+] insert Option($v2-0532, UNK, Not sure, No lo sé)

// Everything with a code becomes an Observation; what stands in a group is a member of the group's.
// https://hl7.org/fhir/uv/sdc/extraction.html#observation-based-extraction
RuleSet: Extracted
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract"
* extension[=].valueBoolean = true

RuleSet: ExtractedAs(how)
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract"
* extension[=].valueCode = #{how}

RuleSet: SurveyCategory
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observation-extract-category"
* extension[=].valueCodeableConcept = $observation-category#survey

RuleSet: SocialCategory
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observation-extract-category"
* extension[=].valueCodeableConcept = $observation-category#social-history

// What is computed from other answers, and is written by nobody.
RuleSet: Calculated(expression)
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
* extension[=].valueExpression.language = #text/fhirpath
* extension[=].valueExpression.expression = "{expression}"
* readOnly = true

RuleSet: Between(least, most)
* extension[+].url = "http://hl7.org/fhir/StructureDefinition/minValue"
* extension[=].valueInteger = {least}
* extension[+].url = "http://hl7.org/fhir/StructureDefinition/maxValue"
* extension[=].valueInteger = {most}

RuleSet: Hidden
* extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"
* extension[=].valueBoolean = true
