// Every operation with its addresses: what routing and the CapabilityStatement read. https://hl7.org/fhir/R4/operations.html
import { notFound } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { methodNotOffered } from '../interaction/method.ts';
import { type ExportContext, exportCancel, exportKickOff, exportStatus } from './export.ts';

export type OperationHandler = (context: ExportContext, request: FhirRequest) => Promise<Result>;

export interface Operation {
  /** Name without the dollar sign. */
  code: string;
  method: string;
  /** Address with `{job}` for a segment. */
  path: string;
  /** Resource type that it is offered on; absent at system level. */
  type?: string;
  /** Canonical of its OperationDefinition; absent for addresses that only belong to an operation. */
  definition?: string;
  handler: OperationHandler;
}

const EXPORT = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export';
const PATIENT_EXPORT = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export';

export const operations: readonly Operation[] = [
  { code: 'export', method: 'GET', path: '$export', definition: EXPORT, handler: exportKickOff },
  {
    code: 'export',
    method: 'GET',
    path: 'Patient/$export',
    type: 'Patient',
    definition: PATIENT_EXPORT,
    handler: exportKickOff,
  },
  { code: 'export', method: 'GET', path: '$export/{job}', handler: exportStatus },
  { code: 'export', method: 'DELETE', path: '$export/{job}', handler: exportCancel },
];

/** The operations that the CapabilityStatement names. */
export const advertised = operations.flatMap(({ code, definition, type }) =>
  definition ? [{ code, definition, ...(type && { type }) }] : [],
);

const fits = (operation: Operation, path: readonly string[]): boolean => {
  const segments = operation.path.split('/');
  return (
    segments.length === path.length &&
    segments.every((segment, n) => segment.startsWith('{') || segment === path[n])
  );
};

/** True when an address names an operation. */
export const isOperation = (path: readonly string[]): boolean =>
  path.some((segment) => segment.startsWith('$'));

/** Routes a request to its operation. @throws FhirError 404 for an unknown one, 405 for a method that it does not take */
export function routeOperation(context: ExportContext, request: FhirRequest): Promise<Result> {
  const candidates = operations.filter((operation) => fits(operation, request.path));
  if (!candidates.length)
    throw notFound(
      `There is no operation at ${request.path.join('/')}. Offered: ${advertised.map((o) => `${o.type ? `${o.type}/` : ''}$${o.code}`).join(', ')}.`,
    );
  const operation = candidates.find(({ method }) => method === request.method);
  if (!operation)
    throw methodNotOffered(
      request,
      candidates.map((o) => o.method),
    );
  return operation.handler(context, request);
}
