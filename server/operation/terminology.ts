// What the terminology operations work with. https://hl7.org/fhir/R4/terminology-service.html
import type { Result } from '../fhir/result.ts';
import type { TerminologyOperations } from '../fhir/terminology.ts';
import type { Context } from '../interaction/context.ts';

export interface TerminologyContext extends Context {
  terminology: TerminologyOperations;
}

/** 200 with a resource made for this answer. */
export const answered = (json: object): Result => ({ kind: 'json', status: 200, json });
