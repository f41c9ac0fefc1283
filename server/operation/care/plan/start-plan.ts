// Patient/$start-plan (ours): carries a plan out for a person: tasks, goals and their place in the care plan are stored.
// https://hl7.org/fhir/R4/plandefinition.html
import type { Encounter, ParametersParameter, PlanDefinition } from '@medplum/fhirtypes';
import { enrolmentOf } from '../../../care/people.ts';
import { settleProposals } from '../../../care/plan/propose.ts';
import { type Start, startPlan } from '../../../care/plan/start.ts';
import {
  badRequest,
  businessRule,
  issue,
  notFound,
  notSupported,
  unprocessable,
} from '../../../fhir/errors.ts';
import { localReference } from '../../../fhir/reference.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { checkParameters } from '../../../interaction/parameters.ts';
import { checkScope } from '../../../interaction/reach.ts';
import { carryOut } from '../../../interaction/store-writes.ts';
import { bodyParameters } from '../../parameters.ts';
import { visiblePatient } from '../visible.ts';
import { readingAs } from './given.ts';

const NAMES = ['planDefinition', 'encounter', 'reason'];

/** The parameters by name. @throws FhirError 400 */
function given(request: FhirRequest): Map<string, ParametersParameter> {
  checkParameters(request);
  const named = new Map<string, ParametersParameter>();
  for (const parameter of bodyParameters(request)) {
    const name = parameter.name!;
    if (!NAMES.includes(name))
      throw notSupported(`$start-plan has no parameter "${name}". It takes ${NAMES.join(', ')}.`);
    if (named.has(name)) throw badRequest(`${name} is given more than once.`, 'Parameters.parameter');
    named.set(name, parameter);
  }
  return named;
}

/** The plan in force that a canonical names. @throws FhirError 400, 422 */
function planOf({ care }: Context, parameter: ParametersParameter | undefined): PlanDefinition {
  const canonical = parameter?.valueCanonical ?? parameter?.valueUri ?? parameter?.valueString;
  if (typeof canonical !== 'string')
    throw badRequest('planDefinition must be a valueCanonical that names the plan.', 'Parameters.parameter');
  const [url, version] = canonical.split('|');
  const found = care.plans().find(({ definition }) => definition.url === url)?.definition;
  if (found && (version === undefined || found.version === version)) return found;
  throw unprocessable([
    issue(
      'not-found',
      `No plan in force here has the canonical ${canonical}.`,
      'Parameters.parameter',
      'plan-definition',
    ),
  ]);
}

/** The encounter that the plan is about, if one is named. @throws FhirError 400, 422 */
async function encounterOf(
  context: Context,
  request: FhirRequest,
  parameter: ParametersParameter | undefined,
  patient: string,
): Promise<Encounter | undefined> {
  if (!parameter) return undefined;
  const reference = parameter.valueReference?.reference ?? parameter.valueString;
  if (typeof reference !== 'string' || localReference(reference, context.base)?.type !== 'Encounter')
    throw badRequest('encounter must be a valueReference to an Encounter.', 'Parameters.parameter');
  const found = await readingAs(context, request)(reference);
  const isTheirs =
    found?.resourceType === 'Encounter' &&
    `Patient/${localReference(found.subject?.reference ?? '', context.base)?.id}` === patient;
  if (isTheirs) return found;
  throw unprocessable([
    issue(
      'not-found',
      'encounter names no encounter of this person that your access covers.',
      'Parameters.parameter',
    ),
  ]);
}

/** When the clocks of the plan start: at the end of the encounter, if it has ended. */
function startOf(encounter: Encounter | undefined, now: Date): Date {
  const end = new Date(encounter?.period?.end ?? Number.NaN);
  return Number.isNaN(end.getTime()) || end > now ? now : end;
}

/**
 * 201 with the RequestGroup of the started plan; 200 with the one that is under way already; 409 when the person is not
 * enrolled, 422 when nothing of the plan applies; 403 and 422 as for writing its tasks.
 */
export async function startPlanFor(context: Context, request: FhirRequest): Promise<Result> {
  const parameters = given(request);
  const { access, executor } = request;
  const { id } = await visiblePatient(context, request, request.path[1]!);
  const patient = `Patient/${id}`;
  checkScope(access, 'RequestGroup', 'c');
  const plan = planOf(context, parameters.get('planDefinition'));
  const encounter = await encounterOf(context, request, parameters.get('encounter'), patient);
  const reason = parameters.get('reason');
  const work = { access, ...(executor && { executor }) };
  const { value, result } = await carryOut(context, work, async (_unit, desk) => {
    const enrolment = await enrolmentOf(desk, patient);
    if (!enrolment)
      throw businessRule(
        'The person is not enrolled in a programme, so no plan can be started. Enrol them first: an EpisodeOfCare.',
        'EpisodeOfCare',
        'plan-needs-enrolment',
      );
    const start: Start = {
      plan,
      patient,
      enrolment,
      encounter,
      start: startOf(encounter, desk.now),
      ...(access.fhirUser && { requester: { reference: access.fhirUser } }),
      ...(reason && { reason: reason.valueCodeableConcept ?? { text: reason.valueString ?? '' } }),
    };
    const started = await startPlan(desk, start);
    if (!started)
      throw unprocessable([
        issue('business-rule', 'Nothing of the plan applies to this person now.', undefined, 'plan-applies'),
      ]);
    if (started.isNew) await settleProposals(desk, start);
    return started;
  });
  if (value.isNew) return result(`RequestGroup/${value.group.id}`, 201);
  const seen = await readingAs(context, request)(`RequestGroup/${value.group.id}`);
  if (!seen) throw notFound('The plan is under way, and your access does not cover it.');
  return { kind: 'json', status: 200, json: seen };
}
