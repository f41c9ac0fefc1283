// The dialog that suspends a task. https://hl7.org/fhir/R4/task.html#statemachine
import type { DialogProps } from '../action.ts';
import { ReasonDialog } from './dialog.tsx';

export default function Hold(props: DialogProps) {
  return <ReasonDialog {...props} kind="hold" />;
}
