// A time that was agreed with a practice by telephone: when, and how long. https://hl7.org/fhir/R4/appointment-definitions.html#Appointment.start
import { NativeSelect, TextInput } from '@mantine/core';
import type { FieldProblem } from '../../ui/dialog.tsx';
import classes from '../ordering/ordering.module.css';
import type { Form } from './index.tsx';
import { useWords } from './words.ts';

/** Name of the field. */
export const START = 'Appointment.start';
const LENGTHS = [15, 20, 30, 40, 45, 60, 90, 120, 180, 240];
/** Minutes that a visit takes when nobody has said. */
export const USUAL = 30;

export function Agreed({ form: { draft, change }, problem }: { form: Form; problem: FieldProblem }) {
  const { w, locale } = useWords();
  const minutes = new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
  return (
    <div className={classes.pair}>
      <TextInput
        name={START}
        type="datetime-local"
        required
        label={w('agreed')}
        value={draft.agreed ?? ''}
        error={problem(START)}
        onChange={(event) => change({ agreed: event.currentTarget.value })}
      />
      <NativeSelect
        label={w('agreed.minutes')}
        value={String(draft.minutes ?? USUAL)}
        onChange={(event) => change({ minutes: Number(event.currentTarget.value) })}
        data={LENGTHS.map((one) => ({ value: String(one), label: minutes.format(one) }))}
      />
    </div>
  );
}
