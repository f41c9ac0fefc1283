// Every operation with its addresses: what routing and the CapabilityStatement read. https://hl7.org/fhir/R4/operations.html
import { resourceTypes } from '../fhir/elements.ts';
import { notFound } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { methodNotOffered } from '../interaction/method.ts';
import { type BreakGlassContext, breakGlass } from './break-glass.ts';
import type { FiguresContext } from './care/figures/table.ts';
import { careOperations } from './care/index.ts';
import type { TimelineContext } from './care/timeline/timeline.ts';
import { type EverythingContext, everything } from './everything.ts';
import { type ExportContext, exportCancel, exportKickOff, exportList, exportStatus } from './export.ts';
import type { CodeSystemImportContext } from './import-code-system.ts';
import { type MetaContext, metaInUse, metaOfResource } from './meta.ts';
import { metaAdd, metaDelete } from './meta-change.ts';
import { type ReindexContext, reindex, reindexStatus } from './reindex.ts';
import type { TerminologyContext } from './terminology.ts';
import { terminologyOperations } from './terminology-table.ts';
import { validate } from './validate.ts';

/** What operations work with. */
export type OperationContext = ExportContext &
  ReindexContext &
  EverythingContext &
  TimelineContext &
  FiguresContext &
  MetaContext &
  TerminologyContext &
  CodeSystemImportContext &
  BreakGlassContext;

export type OperationHandler = (context: OperationContext, request: FhirRequest) => Promise<Result>;

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
  /** GET changes nothing, so HEAD may stand for it. */
  safe?: true;
  handler: OperationHandler;
}

const EXPORT = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export';
const R4 = 'http://hl7.org/fhir/OperationDefinition';
const OURS = 'https://throughline.example/fhir/OperationDefinition';
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
  { code: 'export', method: 'GET', path: '$export-jobs', safe: true, handler: exportList },
  { code: 'export', method: 'GET', path: '$export/{job}', handler: exportStatus },
  { code: 'export', method: 'DELETE', path: '$export/{job}', handler: exportCancel },
  {
    code: 'reindex',
    method: 'POST',
    path: 'SearchParameter/{id}/$reindex',
    type: 'SearchParameter',
    handler: reindex,
  },
  { code: 'reindex', method: 'GET', path: '$reindex/{job}', handler: reindexStatus },
  ...offered('everything', 'Patient/{id}/$everything', everything, `${R4}/Patient-everything`, 'Patient'),
  ...offered('everything', 'Patient/$everything', everything),
  ...offered(
    'everything',
    'Encounter/{id}/$everything',
    everything,
    `${R4}/Encounter-everything`,
    'Encounter',
  ),
  {
    code: 'break-glass',
    method: 'POST',
    path: 'Patient/{id}/$break-glass',
    type: 'Patient',
    definition: `${OURS}/Patient-break-glass`,
    handler: breakGlass,
  },
  ...offered('meta', '$meta', metaInUse, `${R4}/Resource-meta`),
  ...offered('meta', '{type}/$meta', metaInUse),
  ...offered('meta', '{type}/{id}/$meta', metaOfResource),
  ...offered('meta', '{type}/{id}/_history/{vid}/$meta', metaOfResource),
  {
    code: 'meta-add',
    method: 'POST',
    path: '{type}/{id}/$meta-add',
    definition: `${R4}/Resource-meta-add`,
    handler: metaAdd,
  },
  {
    code: 'meta-delete',
    method: 'POST',
    path: '{type}/{id}/$meta-delete',
    definition: `${R4}/Resource-meta-delete`,
    handler: metaDelete,
  },
  {
    code: 'validate',
    method: 'POST',
    path: '{type}/$validate',
    definition: `${R4}/Resource-validate`,
    handler: validate,
  },
  ...offered('validate', '{type}/{id}/$validate', validate),
  ...terminologyOperations,
  ...careOperations,
];

/** An operation that changes nothing: by GET, and by POST with a Parameters resource. */
function offered(
  code: string,
  path: string,
  handler: OperationHandler,
  definition?: string,
  type?: string,
): Operation[] {
  const described = { ...(definition && { definition }), ...(type && { type }) };
  return [
    { code, method: 'GET', path, safe: true, handler, ...described },
    { code, method: 'POST', path, handler },
  ];
}

/** The operations that the CapabilityStatement names. */
export const advertised = operations.flatMap(({ code, definition, type }) =>
  definition ? [{ code, definition, ...(type && { type }) }] : [],
);

const fitsSegment = (segment: string, given: string): boolean =>
  segment === '{type}' ? resourceTypes.has(given) : segment.startsWith('{') || segment === given;
const fits = (operation: Operation, path: readonly string[]): boolean => {
  const segments = operation.path.split('/');
  return segments.length === path.length && segments.every((segment, n) => fitsSegment(segment, path[n]!));
};

/** True when an address names an operation. */
export const isOperation = (path: readonly string[]): boolean =>
  path.some((segment) => segment.startsWith('$'));

/** Routes a request to its operation. @throws FhirError 404 for an unknown one, 405 for a method that it does not take */
export function routeOperation(context: OperationContext, request: FhirRequest): Promise<Result> {
  const candidates = operations.filter((operation) => fits(operation, request.path));
  if (!candidates.length)
    throw notFound(
      `There is no operation at ${request.path.join('/')}. Offered: ${advertised.map((o) => `${o.type ? `${o.type}/` : ''}$${o.code}`).join(', ')}.`,
    );
  const operation = candidates.find(
    ({ method, safe }) => method === request.method || (safe && request.method === 'HEAD'),
  );
  if (!operation)
    throw methodNotOffered(
      request,
      candidates.map((o) => o.method),
    );
  return operation.handler(context, request);
}
