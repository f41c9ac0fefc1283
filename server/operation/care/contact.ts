// The operations of care work: contact. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';
import { mayContact } from './contact/may-contact.ts';

const operation = { code: 'may-contact', path: 'Patient/{id}/$may-contact', handler: mayContact } as const;

export const contactOperations: readonly Operation[] = [
  {
    ...operation,
    method: 'GET',
    safe: true,
    type: 'Patient',
    definition: 'https://throughline.example/fhir/OperationDefinition/Patient-may-contact',
  },
  { ...operation, method: 'POST' },
];
