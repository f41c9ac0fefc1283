// An entry of a transaction as a step: read, checked by itself, and told apart from the others.
// https://hl7.org/fhir/R4/http.html#trules
import type { BundleEntry, Resource } from '@medplum/fhirtypes';
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, notSupported } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import type { Result } from '../fhir/result.ts';
import { checkBodyId, resourceBody } from './body.ts';
import { entryFailure, requestOf } from './bundle-entry.ts';
import type { Context, FhirRequest } from './context.ts';
import { checkScope } from './current.ts';
import { LETTERS, type PreparedWrite, type WriteMethod } from './write-pipeline.ts';

/** One entry on its way through the transaction. */
export interface Step {
  index: number;
  fullUrl: string | undefined;
  request: FhirRequest;
  type: string;
  id: string;
  resource?: Resource;
  /** An earlier entry with the same ifNoneExist: this one is that one. */
  sameAs?: Step | undefined;
  result?: Result | undefined;
  prepared?: PreparedWrite | undefined;
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
/** GET and HEAD come last and write nothing. */
export const isRead = ({ request }: Pick<Step, 'request'>): boolean =>
  request.method === 'GET' || request.method === 'HEAD';
/** The steps of one verb, in the order of the bundle. */
export const withMethod = (steps: readonly Step[], method: WriteMethod): Step[] =>
  steps.filter((step) => step.request.method === method);

/** @throws FhirError 400 for an entry that cannot be read, 403 for one that no scope covers */
export function stepOf(
  context: Context,
  entry: BundleEntry,
  index: number,
  access: FhirRequest['access'],
): Step {
  const request = requestOf(entry, access, context.base);
  const [type = '', id = ''] = request.path;
  if (entry.fullUrl !== undefined && typeof entry.fullUrl !== 'string')
    throw badRequest('The fullUrl must be text.', 'fullUrl');
  const step: Step = { index, fullUrl: entry.fullUrl, request, type, id };
  if (isRead(step)) return step;
  if (!Object.hasOwn(LETTERS, request.method))
    throw notSupported(`${request.method} is not offered in a transaction.`, 'request.method');
  if (!resourceTypes.has(type)) throw notSupported(`"${type}" is no R4 resource type.`, 'request.url');
  checkScope(access, type, LETTERS[request.method as WriteMethod]);
  if (request.method === 'POST') {
    if (request.path.length !== 1)
      throw badRequest(`POST takes a resource type, not "${request.path.join('/')}".`, 'request.url');
    return { ...step, id: context.newId(), resource: resourceBody(entry.resource, type) };
  }
  if (request.path.length !== 2 || !ID.test(id))
    throw badRequest(`${request.method} takes Type/id, such as Task/1.`, 'request.url');
  if (request.method === 'DELETE') return step;
  const resource = resourceBody(entry.resource, type);
  checkBodyId(resource, id);
  return { ...step, resource };
}

/**
 * The same resource may be written only once, and a fullUrl name one entry only.
 * @throws FhirError 400 that names both entries
 */
export async function checkUnique(steps: readonly Step[]): Promise<void> {
  const seen = new Map<string, number>();
  for (const step of steps) {
    if (isRead(step)) continue;
    const earlier = seen.get(keyOf(step));
    const twin = step.fullUrl === undefined ? undefined : seen.get(`fullUrl ${step.fullUrl}`);
    await forEntry(step, () => {
      if (earlier !== undefined)
        throw badRequest(
          `${keyOf(step)} is written by entry ${earlier} too. A transaction may write a resource only once.`,
          'request.url',
        );
      if (twin !== undefined)
        throw badRequest(`The fullUrl is that of entry ${twin} too. Give every entry its own.`, 'fullUrl');
    });
    seen.set(keyOf(step), step.index);
    if (step.fullUrl !== undefined) seen.set(`fullUrl ${step.fullUrl}`, step.index);
  }
}
