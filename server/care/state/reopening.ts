// The Provenance of a finished task that is reopened: who did it, and why. https://hl7.org/fhir/R4/provenance.html
import type { Provenance, ProvenanceAgent, Task } from '@medplum/fhirtypes';
import { keyOf } from '../code.ts';
import { withLabels } from '../make.ts';
import type { Change, Desk } from '../write.ts';

/** Whether a finished task is taken up again. */
export const isReopened = ({ before, after }: Change<Task>): boolean =>
  after.status === 'in-progress' && (before?.status === 'completed' || before?.status === 'failed');

/** Who did something: the user where the directory has them, else by the name of the account. */
export async function agentOf(desk: Pick<Desk, 'caller' | 'read'>): Promise<ProvenanceAgent> {
  const { fhirUser, subject } = desk.caller;
  const known = fhirUser !== undefined && (await desk.read(fhirUser)) !== undefined;
  return {
    type: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' },
      ],
    },
    who: known ? { reference: fhirUser } : { display: subject },
  };
}

/** Records the reason beside the Provenance of the write, which tells of the purpose of use alone. */
export async function recordReopening({ after }: Change<Task>, desk: Desk): Promise<void> {
  const provenance: Provenance = {
    resourceType: 'Provenance',
    target: [{ reference: `${keyOf(after)}/_history/${after.meta!.versionId}` }],
    recorded: desk.now.toISOString(),
    ...(after.statusReason && { reason: [after.statusReason] }),
    activity: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'REACTIVATE' }],
    },
    agent: [await agentOf(desk)],
  };
  desk.create(withLabels(provenance, after));
}
