// Only the server writes audit events, whatever a policy allows. https://hl7.org/fhir/R4/auditevent.html#bnr
import t from 'tap';
import { checkAuditWrite } from '../../audit/only-server.ts';
import { systemAccess } from '../../fhir/access.ts';
import type { FhirError } from '../../fhir/errors.ts';
import { NURSE } from './harness.ts';

const event = { resourceType: 'AuditEvent' };
const task = { resourceType: 'Task' };

/** What a check throws. */
function failureOf(check: () => void): FhirError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error as FhirError;
  }
}

t.test('creating, changing and deleting an audit event is refused', async (t) => {
  for (const write of [{ after: event }, { before: event, after: event }, { before: event }]) {
    const failure = failureOf(() => checkAuditWrite({ ...write, access: NURSE }));
    t.equal(failure?.status, 403);
    t.match(failure?.issues, [
      {
        severity: 'error',
        code: 'forbidden',
        details: { coding: [{ code: 'audit-event' }] },
        diagnostics: /written by this server alone/,
      },
    ]);
  }
});

t.test('other resources, and the work of the server itself, pass', async (t) => {
  t.doesNotThrow(() => checkAuditWrite({ after: task, access: NURSE }));
  t.doesNotThrow(() => checkAuditWrite({ before: task, access: NURSE }));
  t.doesNotThrow(() => checkAuditWrite({ after: event, access: systemAccess }));
});
