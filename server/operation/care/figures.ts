// The operation that counts the work of a team. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';
import { teamFigures } from './figures/team-figures.ts';

const operation = { code: 'team-figures', path: '$team-figures', handler: teamFigures } as const;

export const figuresOperations: readonly Operation[] = [
  {
    ...operation,
    method: 'GET',
    safe: true,
    definition: 'https://throughline.example/fhir/OperationDefinition/team-figures',
  },
  { ...operation, method: 'POST' },
];
