// PlanDefinition/$apply and ActivityDefinition/$apply: what a definition comes to for a subject. Nothing is stored.
// https://hl7.org/fhir/R4/operation-plandefinition-apply.html · https://hl7.org/fhir/R4/operation-activitydefinition-apply.html
import type { ActivityDefinition, PlanDefinition, Resource } from '@medplum/fhirtypes';
import { applyActivity } from '../../../care/plan/activity.ts';
import { applyPlan } from '../../../care/plan/apply.ts';
import { badRequest, gone, notFound, unprocessable } from '../../../fhir/errors.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { checkScope } from '../../../interaction/reach.ts';
import { resourceOf } from '../../../store/index.ts';
import type { OperationHandler } from '../../index.ts';
import { type Asked, askedOf } from './given.ts';

const NAMES = { PlanDefinition: 'planDefinition', ActivityDefinition: 'activityDefinition' } as const;
type Type = keyof typeof NAMES;

/** The definition of the address. @throws FhirError 403, 404, 410 */
async function stored(
  { store, search }: Context,
  type: Type,
  id: string,
  request: FhirRequest,
): Promise<Resource> {
  const { access, executor } = request;
  const found = await store.read(type, id, search.visibility(access, 'r', [type]), executor);
  if (!found) throw notFound(`There is no ${type}/${id}, or your access does not cover it.`);
  if (found.deleted) throw gone(`${type}/${id} was deleted.`);
  return resourceOf(found);
}

/** The definition in the body: it must be right, since it is evaluated. @throws FhirError 400, 422 */
function sent({ validator }: Context, type: Type, { definition }: Asked): Resource {
  if (definition?.resourceType !== type)
    throw badRequest(
      `Send the ${type} in the parameter ${NAMES[type]}, or ask ${type}/[id]/$apply.`,
      'Parameters.parameter',
    );
  const issues = validator.validate(definition);
  if (issues.some(({ severity }) => severity === 'error' || severity === 'fatal'))
    throw unprocessable(issues);
  return definition;
}

async function definitionOf(
  context: Context,
  type: Type,
  request: FhirRequest,
  asked: Asked,
): Promise<Resource> {
  const id = request.path.length === 3 ? request.path[1] : undefined;
  if (id === undefined) return sent(context, type, asked);
  if (asked.definition)
    throw badRequest(
      `${type}/${id}/$apply takes no ${NAMES[type]}: the address names it.`,
      'Parameters.parameter',
    );
  return stored(context, type, id, request);
}

const applying =
  <T extends Type>(
    type: T,
    apply: (definition: Resource, asked: Asked) => Promise<Resource>,
  ): OperationHandler =>
  async (context, request): Promise<Result> => {
    checkScope(request.access, type, 'r');
    const asked = await askedOf(context, request, NAMES[type]);
    const definition = await definitionOf(context, type, request, asked);
    return { kind: 'json', status: 200, json: await apply(definition, asked) };
  };

/** 200 with the CarePlan; 400 for parameters, 404 and 410, 422 for what cannot be applied. */
export const applyPlanDefinition = applying('PlanDefinition', (definition, { given, sources }) =>
  applyPlan(definition as PlanDefinition, given, sources),
);

/** 200 with the resource that the definition is about; 400, 404, 410 and 422 as for a plan. */
export const applyActivityDefinition = applying('ActivityDefinition', (definition, { given, sources }) =>
  applyActivity(definition as ActivityDefinition, given, sources),
);
