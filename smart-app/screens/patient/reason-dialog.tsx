// Suspending a task or returning a hand-off: both ask for the reason, and for nothing else.
// https://hl7.org/fhir/R4/task-definitions.html#Task.statusReason
import { TextInput } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useState } from 'react';
import { useLanguage } from '../../locales/index.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { titleOf } from './words.ts';

interface ReasonProps {
  kind: 'hold' | 'return';
  task: Task;
  identity: string;
  onReason: (reason: string) => Promise<string | undefined>;
  onClose: () => void;
}

export function ReasonDialog({ kind, task, identity, onReason, onClose }: ReasonProps) {
  const { t } = useLanguage();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);

  const submit = async () => {
    setMissing(!reason.trim());
    return reason.trim() ? onReason(reason.trim()) : undefined;
  };

  return (
    <FormDialog
      title={t(`${kind}.title`)}
      identity={identity}
      submit={t(`${kind}.submit`)}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{titleOf(task, t)}</p>
      <TextInput
        data-autofocus
        required
        label={t(`${kind}.reason`)}
        value={reason}
        error={missing && t(`${kind}.missing`)}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          setMissing(false);
        }}
      />
    </FormDialog>
  );
}
