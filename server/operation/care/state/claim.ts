// Task/$claim: takes a task out of a pool, once. https://hl7.org/fhir/R4/operations.html
import { ASSIGN_RULE, claimed } from '../../../care/state/claim.ts';
import { badRequest, forbidden, notSupported } from '../../../fhir/errors.ts';
import { localReference } from '../../../fhir/reference.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { checkParameters } from '../../../interaction/parameters.ts';
import { bodyParameters } from '../../parameters.ts';
import { onTask } from './task.ts';

const STAFF = ['PractitionerRole', 'Practitioner'];

/** The reference that the body names. @throws FhirError 400 */
function givenOwner(request: FhirRequest, base: string): string | undefined {
  const parameters = bodyParameters(request);
  for (const { name } of parameters)
    if (name !== 'owner') throw notSupported(`$claim has no parameter "${name}". It takes owner.`);
  if (parameters.length > 1) throw badRequest('owner is given more than once.', 'Parameters.parameter');
  const [parameter] = parameters;
  if (!parameter) return undefined;
  const reference = parameter.valueReference?.reference;
  const local = typeof reference === 'string' ? localReference(reference, base) : undefined;
  if (local && STAFF.includes(local.type)) return `${local.type}/${local.id}`;
  throw badRequest(
    'owner must be a valueReference to a PractitionerRole or Practitioner of this server.',
    'Parameters.parameter',
  );
}

/** For whom a task is claimed. @throws FhirError 400 when nobody is named, 403 for somebody else without the right to assign */
function claimant({ access }: FhirRequest, given: string | undefined): string {
  const { fhirUser, role, policy } = access;
  const owner = given ?? fhirUser;
  if (owner === undefined)
    throw badRequest(
      'A task is claimed for somebody: this token has no user, so name the owner in the parameter owner.',
      'Parameters.parameter',
    );
  if (owner === fhirUser || role === 'supervisor' || policy === 'unlimited') return owner;
  throw forbidden(
    'Only a supervisor can claim a task for somebody else. Leave owner out to take it yourself.',
    'Parameters.parameter',
    ASSIGN_RULE,
  );
}

/** 200 with the task; 409 that names the holder when somebody has it already, 412 when it changed since it was read. */
export async function claim(context: Context, request: FhirRequest): Promise<Result> {
  checkParameters(request);
  const owner = claimant(request, givenOwner(request, context.base));
  return onTask(context, request, (task, now) => claimed(task, owner, now));
}
