// The response that an operation is about, with its form, as the caller may see both.
// https://hl7.org/fhir/R4/questionnaireresponse.html
import type { Questionnaire, QuestionnaireResponse, Resource } from '@medplum/fhirtypes';
import { checkResponse } from '../../../care/questionnaire/check.ts';
import { questionnaireOf } from '../../../care/questionnaire/find.ts';
import { gone, type Issue, issue, notFound, unprocessable } from '../../../fhir/errors.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { checkScope } from '../../../interaction/reach.ts';
import { resourceOf } from '../../../store/index.ts';

const TYPE = 'QuestionnaireResponse';

/** A response with its form. */
export interface Answered {
  readonly response: QuestionnaireResponse;
  readonly questionnaire: Questionnaire;
}

/** The response at an address. @throws FhirError 403, 404 or 410 when the caller cannot read it */
export async function readResponse(
  { store, search }: Context,
  { path, access, executor }: FhirRequest,
): Promise<QuestionnaireResponse> {
  checkScope(access, TYPE, 'r');
  const id = path[1]!;
  const found = await store.read(TYPE, id, search.visibility(access, 'r', [TYPE]), executor);
  if (!found) throw notFound(`There is no ${TYPE}/${id}, or your access does not cover it.`);
  if (found.deleted) throw gone(`${TYPE}/${id} was deleted. Its versions are at ${TYPE}/${id}/_history.`);
  return resourceOf(found) as QuestionnaireResponse;
}

/** The form that a response names; undefined when it is not known here, or the caller cannot see it. */
const formOf = (
  { search }: Context,
  { access, executor }: FhirRequest,
  response: QuestionnaireResponse,
): Promise<Questionnaire | undefined> =>
  questionnaireOf(response, async (query) => {
    const parameters = [...new URLSearchParams(query)];
    const { matches } = await search.type('Questionnaire', parameters, access, { executor });
    return matches.map((content) => JSON.parse(content) as Questionnaire);
  });

/** What is wrong with a resource by the form that it answers; nothing for what answers none that is known here. */
export async function issuesByForm(
  context: Context,
  request: FhirRequest,
  resource: Resource,
): Promise<readonly Issue[]> {
  if (resource.resourceType !== TYPE) return [];
  const questionnaire = await formOf(context, request, resource);
  return questionnaire ? checkResponse(questionnaire, resource) : [];
}

/** A response with the form that it names. @throws FhirError 422 when that is not known here */
export async function withForm(
  context: Context,
  request: FhirRequest,
  response: QuestionnaireResponse,
): Promise<Answered> {
  const questionnaire = await formOf(context, request, response);
  if (questionnaire) return { response, questionnaire };
  throw unprocessable([
    issue(
      'not-found',
      response.questionnaire
        ? 'The form that the response names is not known here, or your access does not cover it. Store the Questionnaire first.'
        : 'The response names no form. Give QuestionnaireResponse.questionnaire.',
      'QuestionnaireResponse.questionnaire',
    ),
  ]);
}
