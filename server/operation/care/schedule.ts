// The operations of scheduling: visits that could be booked, and the booking of one. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';
import { book } from './schedule/book.ts';
import { find } from './schedule/find.ts';

const OURS = 'https://throughline.example/fhir/OperationDefinition';
const FIND = { code: 'find', path: 'Appointment/$find', type: 'Appointment', handler: find } as const;

export const scheduleOperations: readonly Operation[] = [
  { ...FIND, method: 'GET', definition: `${OURS}/Appointment-find`, safe: true },
  { ...FIND, method: 'POST' },
  {
    code: 'book',
    method: 'POST',
    path: 'Appointment/$book',
    type: 'Appointment',
    definition: `${OURS}/Appointment-book`,
    handler: book,
  },
];
