// One patient's screen: waiting, a reason why nothing is shown, or the record.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import { useApp } from '../../context.tsx';
import { Failed } from '../../ui/failed.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { Problem } from '../problem/index.tsx';
import { RecordScreen } from './record.tsx';
import { useRecord } from './use-record.ts';

/** @param patient the patient of the token, or the one that was chosen in a session without one */
export function PatientScreen({ patient }: { patient: string }) {
  const { client, session } = useApp();
  const reading = useRecord(client, patient);
  if (reading.state === 'waiting') return <Waiting />;
  if (reading.state === 'stopped') return <Problem sentence={reading.sentence} />;
  if (reading.state === 'failed') return <Failed error={reading.error} onRetry={reading.retry} />;
  // The last check before anything is shown: the record is that of the token.
  if (reading.record.patient.id !== (session.patient ?? patient))
    return <Problem sentence="problem.patient" />;
  return <RecordScreen record={reading.record} />;
}
