// Suspending a task or returning a hand-off: both ask for the reason, and for nothing else.
// https://hl7.org/fhir/R4/task-definitions.html#Task.statusReason
import { TextInput } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useState } from 'react';
import { useLanguage } from '../../locales/index.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import type { Problem } from '../../ui/problem.ts';
import { titleOf } from './words.ts';

interface ReasonProps {
  kind: 'hold' | 'return';
  task: Task;
  identity: string;
  onReason: (reason: string) => Promise<readonly Problem[]>;
  onClose: () => void;
}

const REASON = 'Task.statusReason';

export function ReasonDialog({ kind, task, identity, onReason, onClose }: ReasonProps) {
  const { t } = useLanguage();
  const [reason, setReason] = useState('');

  const submit = async () =>
    reason.trim() ? onReason(reason.trim()) : [{ field: REASON, sentence: t(`${kind}.missing`) }];

  return (
    <FormDialog
      title={t(`${kind}.title`)}
      identity={identity}
      submit={t(`${kind}.submit`)}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>{titleOf(task, t)}</p>
          <TextInput
            data-autofocus
            required
            name={REASON}
            label={t(`${kind}.reason`)}
            value={reason}
            error={problem(REASON)}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  );
}
