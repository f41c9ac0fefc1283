// Only the server writes audit events, whatever a policy allows: what is recorded is not changed by those it is about.
// https://hl7.org/fhir/R4/auditevent.html#bnr
import type { Access } from '../fhir/access.ts';
import { forbidden } from '../fhir/errors.ts';

/** A write as the rules see it. */
export interface AuditWrite {
  before?: { resourceType: string };
  after?: { resourceType: string };
  access: Access;
}

/**
 * Refuses to create, change or delete an AuditEvent; with `--open`, where nothing is recorded, they are like any resource.
 * @throws FhirError 403 with rule `audit-event`
 */
export function checkAuditWrite({ before, after, access }: AuditWrite): void {
  if ((after ?? before)?.resourceType !== 'AuditEvent' || access.policy === 'unlimited') return;
  throw forbidden(
    'Audit events are written by this server alone. They can be read and searched, not created, changed or deleted.',
    undefined,
    'audit-event',
  );
}
