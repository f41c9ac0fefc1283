// Whoever writes in the tests of the state machines, and what a write is refused with. https://hl7.org/fhir/R4/workflow.html
import type { Access } from '../../../fhir/access.ts';
import { FhirError } from '../../../fhir/errors.ts';

/** A user in a role; without one the caller of an open server. */
export const caller = (role?: string, fhirUser?: string): Access => ({
  subject: role ?? 'anonymous',
  ...(role && { role }),
  ...(fhirUser && { fhirUser }),
  scopes: [],
  policy: role
    ? {
        role,
        rules: [],
        labels: 'all',
        consented: new Set(),
        consentedOf: 'any',
        purposes: [],
        breakGlassMinutes: 0,
      }
    : 'unlimited',
});

/** The refusal of a write; undefined when it passes. */
export function refusal(run: () => void): FhirError | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  return undefined;
}
