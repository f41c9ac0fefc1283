// The operations of care work: referral. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';

export const referralOperations: readonly Operation[] = [];
