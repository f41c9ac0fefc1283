// Suspending a task, with what it waits for.
// https://hl7.org/fhir/R4/task-definitions.html#Task.statusReason
import { TextInput } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useState } from 'react';
import { useLanguage } from '../../locales/index.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { titleOf } from './words.ts';

interface HoldProps {
  task: Task;
  identity: string;
  onHold: (reason: string) => Promise<string | undefined>;
  onClose: () => void;
}

export function HoldDialog({ task, identity, onHold, onClose }: HoldProps) {
  const { t } = useLanguage();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);

  const submit = async () => {
    setMissing(!reason.trim());
    return reason.trim() ? onHold(reason.trim()) : undefined;
  };

  return (
    <FormDialog
      title={t('hold.title')}
      identity={identity}
      submit={t('hold.submit')}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{titleOf(task, t)}</p>
      <TextInput
        data-autofocus
        required
        label={t('hold.reason')}
        value={reason}
        error={missing && t('hold.missing')}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
