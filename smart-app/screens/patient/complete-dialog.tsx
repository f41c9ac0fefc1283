// Completing a task: what came of it is required, for a loop also the report that closes it; a note is not.
// https://hl7.org/fhir/R4/task-definitions.html#Task.output
import { Radio, Textarea } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useState } from 'react';
import type { Client } from '../../fhir/client.ts';
import { type Outcome, outcomeConcept, outcomesFor } from '../../fhir/outcomes.ts';
import { needsReport } from '../../fhir/task.ts';
import type { Completion } from '../../fhir/task-change.ts';
import { useLanguage } from '../../locales/index.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import classes from './dialogs.module.css';
import { ReportChoice } from './report-choice.tsx';
import { useReports } from './use-reports.ts';
import { completeVerb, titleOf } from './words.ts';

interface CompleteProps {
  client: Client;
  patient: string;
  task: Task;
  identity: string;
  onComplete: (answer: Completion) => Promise<string | undefined>;
  onClose: () => void;
}

export function CompleteDialog({ client, patient, task, identity, onComplete, onClose }: CompleteProps) {
  const { t } = useLanguage();
  const closesLoop = needsReport(task);
  const reports = useReports(client, patient, task, closesLoop);
  const [outcome, setOutcome] = useState<Outcome>();
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);

  const submit = async () => {
    setTried(true);
    const report = reports.chosen;
    if (!outcome || (closesLoop && !report)) return undefined;
    const concept = outcomeConcept(outcome, t(`outcome.${outcome}`));
    return onComplete({ outcome: concept, note: note.trim(), ...(report && { report }) });
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
      {closesLoop && <ReportChoice reports={reports} tried={tried} />}
      <Radio.Group
        label={t('complete.outcome')}
        required
        value={outcome ?? ''}
        onChange={(value) => setOutcome(value as Outcome)}
        error={tried && !outcome && t('complete.missing')}
      >
        <div className={classes.choices}>
          {outcomesFor(task).map((one, index) => (
            <Radio
              key={one}
              value={one}
              label={t(`outcome.${one}`)}
              data-autofocus={(index === 0 && !closesLoop) || undefined}
            />
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
