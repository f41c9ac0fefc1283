// $translate: a code in the words of another code system, by concept maps. https://hl7.org/fhir/R4/conceptmap-operation-translate.html
import type { ConceptMap, ParametersParameter } from '@medplum/fhirtypes';
import { badRequest } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { TranslateRequest } from '../fhir/terminology.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { answered, type TerminologyContext } from './terminology.ts';
import {
  CODE_PARAMETERS,
  checkCodings,
  chosenResource,
  type Given,
  readParameters,
  type Table,
  taken,
} from './terminology-parameters.ts';

const { display: _, ...CODE } = CODE_PARAMETERS;
const TABLE: Table = {
  url: 'text',
  conceptMap: 'resource',
  conceptMapVersion: 'text',
  ...CODE,
  source: 'text',
  target: 'text',
  targetsystem: 'text',
  dependency: 'part*',
  reverse: 'boolean',
};

/** Properties that a target may depend on, with the code that each has. @throws FhirError 400 */
function dependenciesOf(given: Given): NonNullable<TranslateRequest['dependencies']> {
  const all = (given.get('dependency') ?? []) as ParametersParameter[][];
  return all.map((parts) => {
    const element = parts.find(({ name }) => name === 'element');
    const concept = parts.find(({ name }) => name === 'concept')?.valueCodeableConcept?.coding?.[0];
    const property = element?.valueUri ?? element?.valueString;
    if (!property || !concept?.code)
      throw badRequest(
        'A dependency has the parts element (valueUri) and concept (valueCodeableConcept with a code).',
      );
    return { property, value: concept.code };
  });
}

/** 200 with result and matches. */
export async function translate(context: TerminologyContext, request: FhirRequest): Promise<Result> {
  const given = readParameters(request, '$translate', TABLE);
  checkCodings(given);
  const conceptMap = chosenResource<ConceptMap>(context, request, given, 'ConceptMap', {
    url: 'url',
    version: 'conceptMapVersion',
    resource: 'conceptMap',
  });
  const asked: Omit<TranslateRequest, 'conceptMap' | 'dependencies'> = taken(given, {
    code: 'code',
    system: 'system',
    version: 'version',
    coding: 'coding',
    codeableConcept: 'codeableConcept',
    source: 'source',
    target: 'target',
    targetSystem: 'targetsystem',
    reverse: 'reverse',
  });
  if (asked.code !== undefined && asked.system === undefined)
    throw badRequest('The code has no system. Give its system, or a coding.');
  if (!conceptMap && !asked.target && !asked.targetSystem && !asked.source)
    throw badRequest(
      '$translate needs a concept map, or where the code shall be taken: give url, target (a value set), or targetsystem.',
    );
  const whole = { ...asked, dependencies: dependenciesOf(given), ...(conceptMap && { conceptMap }) };
  return answered(await context.terminology.translate(whole, request.access));
}
