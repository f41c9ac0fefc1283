// Completing a task: what came of it is required, a note is not.
// https://hl7.org/fhir/R4/task-definitions.html#Task.output
import { Radio, Textarea } from '@mantine/core';
import type { CodeableConcept, Task } from '@medplum/fhirtypes';
import { useState } from 'react';
import { type Outcome, outcomeConcept, outcomesFor } from '../../fhir/outcomes.ts';
import { useLanguage } from '../../locales/index.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import classes from './dialogs.module.css';
import { completeVerb, titleOf } from './words.ts';

interface CompleteProps {
  task: Task;
  identity: string;
  onComplete: (outcome: CodeableConcept, note: string) => Promise<string | undefined>;
  onClose: () => void;
}

export function CompleteDialog({ task, identity, onComplete, onClose }: CompleteProps) {
  const { t } = useLanguage();
  const [outcome, setOutcome] = useState<Outcome>();
  const [note, setNote] = useState('');
  const [missing, setMissing] = useState(false);

  const submit = async () => {
    setMissing(!outcome);
    return outcome && onComplete(outcomeConcept(outcome, t(`outcome.${outcome}`)), note.trim());
  };

  return (
    <FormDialog
      title={titleOf(task, t)}
      identity={identity}
      submit={t(completeVerb(task))}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t('complete.lead')}</p>
      <Radio.Group
        label={t('complete.outcome')}
        required
        value={outcome ?? ''}
        onChange={(value) => {
          setOutcome(value as Outcome);
          setMissing(false);
        }}
        error={missing && t('complete.missing')}
      >
        <div className={classes.choices}>
          {outcomesFor(task).map((one) => (
            <Radio key={one} value={one} label={t(`outcome.${one}`)} />
          ))}
        </div>
      </Radio.Group>
      <Textarea
        label={t('complete.note')}
        description={t('complete.noteHint')}
        autosize={false}
        rows={3}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
