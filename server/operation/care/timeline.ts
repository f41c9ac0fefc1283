// The operation that tells what happened to a person. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';
import { timeline } from './timeline/timeline.ts';

const operation = { code: 'timeline', path: 'Patient/{id}/$timeline', handler: timeline } as const;

export const timelineOperations: readonly Operation[] = [
  {
    ...operation,
    method: 'GET',
    safe: true,
    type: 'Patient',
    definition: 'https://throughline.example/fhir/OperationDefinition/Patient-timeline',
  },
  { ...operation, method: 'POST' },
];
