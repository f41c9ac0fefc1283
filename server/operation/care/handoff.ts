// The operations of care work: handoff. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';
import { handoff } from './handoff/handoff.ts';

export const handoffOperations: readonly Operation[] = [
  {
    code: 'handoff',
    method: 'POST',
    path: 'Patient/{id}/$handoff',
    type: 'Patient',
    definition: 'https://throughline.example/fhir/OperationDefinition/Patient-handoff',
    handler: handoff,
  },
];
