// $extract: what a response says, as a Bundle of Observations and barriers that is not stored.
// https://hl7.org/fhir/uv/sdc/OperationDefinition-QuestionnaireResponse-extract.html
import type { Bundle, BundleEntry, Observation, QuestionnaireResponse, Resource } from '@medplum/fhirtypes';
import { asksBarriers, barrierCondition, namedBarriers } from '../../../care/questionnaire/barrier.ts';
import { extracted } from '../../../care/questionnaire/extract.ts';
import { badRequest } from '../../../fhir/errors.ts';
import type { Result } from '../../../fhir/result.ts';
import { resourceBody } from '../../../interaction/body.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { bodyParameters } from '../../parameters.ts';
import { type Answered, readResponse, withForm } from './response.ts';

const entryOf = (fullUrl: string, resource: Resource): BundleEntry => ({
  fullUrl,
  resource,
  request: { method: 'POST', url: resource.resourceType },
});

/** What a response says, as a transaction that would store it. */
function bundleOf(
  { response, questionnaire }: Answered,
  { now, newId }: Pick<Context, 'now' | 'newId'>,
): Bundle {
  const at = now();
  const found = extracted(questionnaire, response, at);
  const urls = new Map(found.map(({ key }) => [key, `urn:uuid:${newId()}`]));
  const observations = found.map(({ key, observation, members }) => {
    const hasMember = members.map((member) => ({ reference: urls.get(member)! }));
    const resource: Observation = { ...observation, ...(hasMember.length && { hasMember }) };
    return entryOf(urls.get(key)!, resource);
  });
  const barriers = asksBarriers(questionnaire) ? namedBarriers(questionnaire, response) : [];
  const conditions = barriers.map((barrier) =>
    entryOf(`urn:uuid:${newId()}`, barrierCondition(barrier, response, at)),
  );
  return { resourceType: 'Bundle', type: 'transaction', entry: [...observations, ...conditions] };
}

/** 200 with the Bundle for a stored response; 422 when its form is not known here. */
export async function extractStored(context: Context, request: FhirRequest): Promise<Result> {
  const response = await readResponse(context, request);
  const json = bundleOf(await withForm(context, request, response), context);
  return { kind: 'json', status: 200, json };
}

/** The response of a request: its body, or the parameter of a Parameters resource. @throws FhirError 400, 422 */
function sentResponse(request: FhirRequest): QuestionnaireResponse {
  const isWrapped = (request.body as { resourceType?: unknown } | undefined)?.resourceType === 'Parameters';
  const sent = isWrapped
    ? bodyParameters(request).find(({ name }) => name === 'questionnaire-response')?.resource
    : request.body;
  if (sent === undefined)
    throw badRequest(
      'Send the QuestionnaireResponse as the body, or as the parameter "questionnaire-response".',
    );
  const body = resourceBody({ ...request, body: sent }, 'QuestionnaireResponse');
  return body as QuestionnaireResponse;
}

/** 200 with the Bundle for a response that is sent; nothing is stored. */
export async function extractSent(context: Context, request: FhirRequest): Promise<Result> {
  const response = sentResponse(request);
  const issues = context.validator.validate(response);
  if (issues.some(({ severity }) => severity === 'error' || severity === 'fatal'))
    return { kind: 'outcome', status: 422, issues };
  const json = bundleOf(await withForm(context, request, response), context);
  return { kind: 'json', status: 200, json };
}
