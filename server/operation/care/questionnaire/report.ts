// $report (ours): what a filled-in form comes to, in plain words: an organisation's readiness, the five sides of a life.
// https://hl7.org/fhir/R4/operations.html
import { REPORTS } from '../../../care/questionnaire/report/index.ts';
import { LANGUAGES, type Language } from '../../../care/questionnaire/sdc.ts';
import { badRequest, issue, unprocessable } from '../../../fhir/errors.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { operationParameters } from '../../parameters.ts';
import { readResponse, withForm } from './response.ts';

/** The language that is asked for. @throws FhirError 400 */
function languageOf(request: FhirRequest): Language {
  const given = operationParameters(request);
  const other = given.find(([name]) => name !== 'language');
  if (other) throw badRequest(`$report has no parameter "${other[0]}". It takes language.`);
  const asked = given[0]?.[1] ?? 'en';
  const language = LANGUAGES.find((known) => known === asked);
  if (language) return language;
  throw badRequest(`Reports are written in ${LANGUAGES.join(' and ')}, not in "${asked}".`);
}

/** 200 with Parameters; 422 for a form that has no report. */
export async function report(context: Context, request: FhirRequest): Promise<Result> {
  const language = languageOf(request);
  const { response, questionnaire } = await withForm(context, request, await readResponse(context, request));
  const make = REPORTS.get(questionnaire.url ?? '');
  if (!make)
    throw unprocessable([
      issue(
        'not-supported',
        `There is no report for this form. Those with one: ${[...REPORTS.keys()].join(', ')}.`,
        'QuestionnaireResponse.questionnaire',
      ),
    ]);
  return { kind: 'json', status: 200, json: make(questionnaire, response, language) };
}
