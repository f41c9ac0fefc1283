// The operations of care work: minutes. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';
import { summarise } from './minutes/billing-summary.ts';

const operation = {
  code: 'billing-summary',
  path: 'EpisodeOfCare/{id}/$billing-summary',
  handler: summarise,
} as const;

export const minutesOperations: readonly Operation[] = [
  {
    ...operation,
    method: 'GET',
    safe: true,
    type: 'EpisodeOfCare',
    definition: 'https://throughline.example/fhir/OperationDefinition/EpisodeOfCare-billing-summary',
  },
  { ...operation, method: 'POST' },
];
