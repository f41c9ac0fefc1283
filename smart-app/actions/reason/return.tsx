// The dialog that gives a hand-off back to its sender. https://hl7.org/fhir/R4/task.html#statemachine
import type { DialogProps } from '../action.ts';
import { ReasonDialog } from './dialog.tsx';

export default function Return(props: DialogProps) {
  return <ReasonDialog {...props} kind="return" />;
}
