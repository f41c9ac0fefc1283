// $break-glass (ours): opens the chart of a patient in an emergency, for some minutes and with a reason that is kept.
// https://terminology.hl7.org/CodeSystem-v3-ActReason.html (BTG)
import type { ParametersParameter } from '@medplum/fhirtypes';
import { type Access, inScope } from '../fhir/access.ts';
import { badRequest, type FhirError, forbidden, gone, notFound, notSupported } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { Context, FhirRequest } from '../interaction/context.ts';
import { checkParameters } from '../interaction/parameters.ts';
import type { BreakGlass } from '../store/break-glass.ts';
import { UNLIMITED } from '../store/index.ts';
import { bodyParameters } from './parameters.ts';

export interface BreakGlassContext extends Context {
  breakGlass: BreakGlass;
}

/** Name of the rule that refusals carry. */
export const BREAK_GLASS_RULE = 'break-glass';

/** Characters of a reason. */
const REASON = { least: 10, most: 1000 } as const;
/** Most minutes of a caller whom no policy limits. */
const UNLIMITED_MINUTES = 60;

const refused = (text: string): FhirError => forbidden(text, undefined, BREAK_GLASS_RULE);

/** Most minutes that the caller may open the chart for. @throws FhirError 403 */
function minutesAllowed(access: Access, id: string): number {
  const { policy, fhirUser, role } = access;
  if (policy === 'unlimited') return UNLIMITED_MINUTES;
  if (!fhirUser)
    throw refused('Only a user who has signed in can open a chart in an emergency; this token has no user.');
  if (policy.breakGlassMinutes < 1)
    throw refused(
      `The policy of the role ${role ?? 'of this user'} does not let charts be opened in an emergency. Ask somebody whose role does.`,
    );
  const confined = access.patient !== undefined && access.patient !== id;
  const reaches = access.scopes.some(({ level }) => level !== 'patient') || !confined;
  if (!reaches || !inScope(access, 'Patient', 'r'))
    throw forbidden(
      'Your access does not reach this chart even when it is opened. Ask for the scope user/Patient.r.',
      undefined,
      'scope',
    );
  return policy.breakGlassMinutes;
}

interface Given {
  reason: string;
  minutes: number;
}

function reasonOf(parameter: ParametersParameter | undefined): string {
  const reason = parameter?.valueString;
  const length = typeof reason === 'string' ? reason.trim().length : 0;
  if (length < REASON.least || reason!.length > REASON.most)
    throw badRequest(
      `reason must be a valueString of ${REASON.least} to ${REASON.most} characters that says why the chart is needed now.`,
      'Parameters.parameter',
    );
  return reason!;
}

function minutesOf({ valueInteger, valuePositiveInt }: ParametersParameter, most: number): number {
  const minutes = valuePositiveInt ?? valueInteger;
  if (typeof minutes !== 'number' || !Number.isInteger(minutes) || minutes < 1 || minutes > most)
    throw badRequest(
      `minutes must be a valuePositiveInt from 1 to ${most}, the most that your role allows.`,
      'Parameters.parameter',
    );
  return minutes;
}

/** The parameters of the body: those of the address would stand in logs. @throws FhirError 400 */
function given(request: FhirRequest, most: number): Given {
  checkParameters(request);
  const parameters = bodyParameters(request);
  for (const { name } of parameters)
    if (name !== 'reason' && name !== 'minutes')
      throw notSupported(`$break-glass has no parameter "${name}". It takes reason and minutes.`);
  const named = Map.groupBy(parameters, ({ name }) => name);
  for (const [name, list] of named)
    if (list.length > 1)
      throw badRequest(`${name} is given ${list.length} times. Give it once.`, 'Parameters.parameter');
  const [reason, minutes] = [named.get('reason')?.[0], named.get('minutes')?.[0]];
  return { reason: reasonOf(reason), minutes: minutes ? minutesOf(minutes, most) : most };
}

/** 200 with the instant until which the chart is open; 400, 403 when the role or the scopes do not allow it, 404 and 410. */
export async function breakGlass(context: BreakGlassContext, request: FhirRequest): Promise<Result> {
  const { access, executor } = request;
  const id = request.path[1]!;
  const { reason, minutes } = given(request, minutesAllowed(access, id));
  const found = await context.store.read('Patient', id, UNLIMITED, executor);
  if (!found) throw notFound(`There is no Patient/${id}.`);
  if (found.deleted) throw gone(`Patient/${id} was deleted.`);
  const until = await context.breakGlass({ subject: access.subject, patient: id, reason, minutes }, executor);
  const parameter = [{ name: 'until', valueInstant: until.toISOString() }];
  return { kind: 'json', status: 200, json: { resourceType: 'Parameters', parameter } };
}
