// The parameters of an operation, from the address or from a Parameters resource. https://hl7.org/fhir/R4/operations.html#request
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { badRequest } from '../fhir/errors.ts';
import type { FhirRequest } from '../interaction/context.ts';

/** What other parts of the server read: format and subset of the answer. */
export const REPRESENTATION = new Set(['_format', '_pretty', '_summary', '_elements']);

/** The parameters of a body; none without a body. @throws FhirError 400 when it is no Parameters resource */
export function bodyParameters({ body }: FhirRequest): ParametersParameter[] {
  if (body === undefined) return [];
  const { resourceType, parameter = [] } = (body ?? {}) as Partial<Parameters>;
  const isWellFormed =
    resourceType === 'Parameters' &&
    Array.isArray(parameter) &&
    parameter.every((one) => typeof one === 'object' && one !== null && typeof one.name === 'string');
  if (!isWellFormed)
    throw badRequest(
      'The body must be a Parameters resource: {"resourceType": "Parameters", "parameter": [{"name": …, "value…": …}]}.',
      'Parameters',
    );
  return parameter;
}

/** The primitive value of a parameter as text. @throws FhirError 400 when it has none */
function primitiveOf(parameter: ParametersParameter): string {
  const values = Object.entries(parameter).filter(([name]) => name.startsWith('value'));
  const value: unknown = values[0]?.[1];
  const isPrimitive = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (values.length === 1 && isPrimitive) return String(value);
  throw badRequest(
    `The parameter "${parameter.name}" must have one primitive value.`,
    'Parameters.parameter',
  );
}

/** Names and values of an operation's simple parameters, those of the address first; how the answer is to look left out. */
export const operationParameters = (request: FhirRequest): [name: string, value: string][] => [
  ...[...request.query].filter(([name]) => !REPRESENTATION.has(name)),
  ...bodyParameters(request).map((one): [string, string] => [one.name!, primitiveOf(one)]),
];
