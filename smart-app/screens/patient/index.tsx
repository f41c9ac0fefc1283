// The launched patient's screen: waiting, a reason why nothing is shown, or the record.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import type { Client } from '../../fhir/client.ts';
import type { Session } from '../../smart/session.ts';
import { Waiting } from '../../ui/waiting.tsx';
import { Problem } from '../problem/index.tsx';
import { Failed } from './failed.tsx';
import { RecordScreen } from './record.tsx';
import { useRecord } from './use-record.ts';

interface PatientScreenProps {
  session: Session;
  /** The patient of the token; everything shown is checked against it. */
  patient: string;
  client: Client;
}

export function PatientScreen({ session, patient, client }: PatientScreenProps) {
  const reading = useRecord(client, patient);
  if (reading.state === 'waiting') return <Waiting />;
  if (reading.state === 'stopped') return <Problem sentence={reading.sentence} />;
  if (reading.state === 'failed') return <Failed error={reading.error} onRetry={reading.retry} />;
  // The last check before anything is shown: the record is that of the token.
  if (reading.record.patient.id !== session.patient) return <Problem sentence="problem.patient" />;
  return <RecordScreen session={session} client={client} record={reading.record} />;
}
