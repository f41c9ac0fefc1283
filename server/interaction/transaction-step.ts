// An entry of a transaction as a step: read, checked by itself, and told apart from the others.
// https://hl7.org/fhir/R4/http.html#trules
import type { BundleEntry } from '@medplum/fhirtypes';
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, notSupported } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import type { Result, Version } from '../fhir/result.ts';
import { checkBodyId, resourceBody } from './body.ts';
import { entryFailure, requestOf } from './bundle-entry.ts';
import type { Body, Context, FhirRequest } from './context.ts';
import { type Criteria, criteriaOf } from './criteria.ts';
import { checkParameters } from './parameters.ts';
import { checkScope } from './reach.ts';
import { LETTERS, type PreparedWrite, type WriteMethod } from './write-pipeline.ts';

/** One entry on its way through the transaction. */
export interface Step {
  readonly index: number;
  readonly fullUrl: string | undefined;
  readonly request: FhirRequest;
  readonly type: string;
  /** Empty for what criteria name, until they are resolved. */
  id: string;
  /** The id that the step has at the beginning of each attempt. */
  readonly givenId: string;
  /** The id that a conditional update creates with. */
  readonly freshId: string;
  /** What is created, updated, or patched; of a patch only once it was applied. */
  resource?: Body | undefined;
  /** Of a conditional interaction. */
  readonly criteria?: Criteria;
  /** What the criteria match. */
  match?: Version | undefined;
  /** An earlier entry with the same ifNoneExist: this one is that one. */
  sameAs?: Step | undefined;
  result?: Result | undefined;
  prepared?: PreparedWrite | undefined;
  /** HTTP status of what is written. */
  status?: number;
}

/** Runs `work` for an entry; its failure names the entry. */
export async function forEntry<T>({ index }: Pick<Step, 'index'>, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw entryFailure(error, index);
  }
}

/** The address of a step's resource. */
export const keyOf = ({ type, id }: Pick<Step, 'type' | 'id'>): string => `${type}/${id}`;
/** GET, HEAD and searches by POST come last and write nothing. */
export const isRead = ({ request: { method, path } }: Pick<Step, 'request'>): boolean =>
  method === 'GET' || method === 'HEAD' || (method === 'POST' && path.at(-1) === '_search');
/** The steps of one verb, in the order of the bundle. */
export const withMethod = (steps: readonly Step[], method: WriteMethod): Step[] =>
  steps.filter((step) => step.request.method === method && !isRead(step));

/** Gives a step what it had before the first attempt. */
export function restore(step: Step): void {
  step.id = step.givenId;
  step.match = step.sameAs = step.result = step.prepared = undefined;
  if (step.request.method === 'PATCH') step.resource = undefined;
}

/** What an entry of each verb writes: its id, criteria and resource. @throws FhirError 400 */
type Target = Pick<Step, 'criteria' | 'resource'> & { id?: string };

const targets: Readonly<Record<WriteMethod, (context: Context, request: FhirRequest) => Target>> = {
  POST(context, request) {
    const { path, headers } = request;
    const [type] = path as [string];
    if (path.length !== 1)
      throw badRequest(
        `POST takes a resource type, not "${path.join('/')}". Send operations in a batch, or by themselves.`,
        'request.url',
      );
    checkParameters(request);
    const condition = headers['if-none-exist'];
    return {
      id: context.newId(),
      resource: resourceBody(request, type),
      ...(condition !== undefined && { criteria: criteriaOf(type, condition) }),
    };
  },
  PUT(_context, request) {
    const target = existingTarget(request);
    const resource = resourceBody(request, request.path[0]!);
    if (target.id !== undefined) checkBodyId(resource, target.id);
    return { ...target, resource };
  },
  PATCH: (_context, request) => existingTarget(request),
  DELETE: (_context, request) => existingTarget(request),
};

/** The id or the criteria in the address of an entry. */
function existingTarget(request: FhirRequest): Target {
  const { method, path, query } = request;
  const [type, id] = path as [string, string?];
  if (path.length === 1 && query.size) return { criteria: criteriaOf(type, query.toString()) };
  if (path.length !== 2 || !ID.test(id!))
    throw badRequest(
      `${method} takes Type/id, such as Task/1, or criteria, such as Patient?identifier=1.`,
      'request.url',
    );
  checkParameters(request);
  return { id: id! };
}

/** @throws FhirError 400 for an entry that cannot be read, 403 for one that no scope covers */
export function stepOf(context: Context, entry: BundleEntry, index: number, bundle: FhirRequest): Step {
  const request = requestOf(entry, bundle, context.base);
  const [type = ''] = request.path;
  if (entry.fullUrl !== undefined && typeof entry.fullUrl !== 'string')
    throw badRequest('The fullUrl must be text.', 'fullUrl');
  const step: Step = {
    index,
    fullUrl: entry.fullUrl,
    request,
    type,
    id: '',
    givenId: '',
    freshId: context.newId(),
  };
  if (isRead(step)) return step;
  if (!resourceTypes.has(type)) throw notSupported(`"${type}" is no R4 resource type.`, 'request.url');
  const method = request.method as WriteMethod;
  checkScope(request.access, type, LETTERS[method]);
  const { id = '', ...target } = targets[method](context, request);
  return { ...step, ...target, id, givenId: id };
}
