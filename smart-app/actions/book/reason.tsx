// Why a visit is moved or called off. https://hl7.org/fhir/R4/appointment-definitions.html#Appointment.cancelationReason
import { NativeSelect } from '@mantine/core';
import { REASONS, type Reason as ReasonCode } from '../../fhir/booking.ts';
import { useWords } from './words.ts';

/** The reason that was chosen; the first of them until somebody chose. */
export const reasonIn = (value: string | undefined): ReasonCode =>
  REASONS.find((one) => one === value) ?? REASONS[0];

export function Reason({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (reason: string) => void;
}) {
  const { w } = useWords();
  return (
    <NativeSelect
      name="Appointment.cancelationReason"
      label={w('reason')}
      description={w('reason.hint')}
      value={reasonIn(value)}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={REASONS.map((one) => ({ value: one, label: w(`reason.${one}`) }))}
    />
  );
}
