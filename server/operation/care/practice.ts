// The operations of care work: practice. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';

export const practiceOperations: readonly Operation[] = [];
