// The operations of plans: applying a definition, and starting a plan for a person. https://hl7.org/fhir/R4/plandefinition-operations.html
import type { Operation } from '../index.ts';
import { applyActivityDefinition, applyPlanDefinition } from './plan/apply.ts';
import { startPlanFor } from './plan/start-plan.ts';

const R4 = 'http://hl7.org/fhir/OperationDefinition';
const OURS = 'https://throughline.example/fhir/OperationDefinition';

/** $apply of a type: on an instance, and with the definition in the body. It changes nothing. */
const apply = (
  type: 'PlanDefinition' | 'ActivityDefinition',
  handler: Operation['handler'],
): readonly Operation[] => [
  {
    code: 'apply',
    method: 'GET',
    path: `${type}/{id}/$apply`,
    type,
    definition: `${R4}/${type}-apply`,
    safe: true,
    handler,
  },
  { code: 'apply', method: 'POST', path: `${type}/{id}/$apply`, handler },
  { code: 'apply', method: 'POST', path: `${type}/$apply`, handler },
];

export const planOperations: readonly Operation[] = [
  ...apply('PlanDefinition', applyPlanDefinition),
  ...apply('ActivityDefinition', applyActivityDefinition),
  {
    code: 'start-plan',
    method: 'POST',
    path: 'Patient/{id}/$start-plan',
    type: 'Patient',
    definition: `${OURS}/Patient-start-plan`,
    handler: startPlanFor,
  },
];
