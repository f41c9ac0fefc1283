// Task/$view: a task as another guide asks for it. https://hl7.org/fhir/R4/operations.html
import type { Task } from '@medplum/fhirtypes';
import { type Guide, views } from '../../../care/view/index.ts';
import { badRequest } from '../../../fhir/errors.ts';
import { parseJson } from '../../../fhir/json.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { read } from '../../../interaction/read.ts';
import { operationParameters } from '../../parameters.ts';

/** @throws FhirError 400 */
function guideOf(request: FhirRequest): Guide {
  const parameters = operationParameters(request);
  const [[name, guide] = []] = parameters;
  if (parameters.length === 1 && name === 'guide' && guide !== undefined && Object.hasOwn(views, guide))
    return guide as Guide;
  throw badRequest(
    `$view takes one parameter, guide: ${Object.keys(views).join(', ')}.`,
    'Parameters.parameter',
  );
}

/** 200 with the task as the guide has it, 422 when it has no way to tell it; 403, 404 and 410 as for a read. */
export async function view(context: Context, request: FhirRequest): Promise<Result> {
  const guide = guideOf(request);
  const [type, id] = request.path as [string, string];
  const plain = { ...request, path: [type, id], headers: {}, query: new URLSearchParams() };
  const found = await read(context, plain);
  if (found.kind !== 'resource') return found;
  const json = views[guide].of(parseJson(found.resource.content) as Task);
  const isSafe = request.method !== 'POST';
  return { kind: 'json', status: 200, json, ...(isSafe && { target: found.resource }) };
}
