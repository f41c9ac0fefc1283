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
import type { Problem } from '../../ui/problem.ts';
import classes from './dialogs.module.css';
import { REPORT, ReportChoice } from './report-choice.tsx';
import { useReports } from './use-reports.ts';
import { completeVerb, titleOf } from './words.ts';

interface CompleteProps {
  client: Client;
  patient: string;
  task: Task;
  identity: string;
  onComplete: (answer: Completion) => Promise<readonly Problem[]>;
  onClose: () => void;
}

const OUTCOME = 'Task.output';
const NOTE = 'Task.note';

export function CompleteDialog({ client, patient, task, identity, onComplete, onClose }: CompleteProps) {
  const { t } = useLanguage();
  const closesLoop = needsReport(task);
  const reports = useReports(client, patient, task, closesLoop);
  const [outcome, setOutcome] = useState<Outcome>();
  const [note, setNote] = useState('');

  const submit = async () => {
    const report = reports.chosen;
    const missing = [
      ...(closesLoop && !report ? [{ field: REPORT, sentence: t('report.missing') }] : []),
      ...(outcome ? [] : [{ field: OUTCOME, sentence: t('complete.missing') }]),
    ];
    if (missing.length || !outcome) return missing;
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
      {(problem) => (
        <>
          <p>{t('complete.lead')}</p>
          {closesLoop && <ReportChoice reports={reports} problem={problem(REPORT)} />}
          <Radio.Group
            name={OUTCOME}
            label={t('complete.outcome')}
            required
            value={outcome ?? ''}
            onChange={(value) => setOutcome(value as Outcome)}
            error={problem(OUTCOME)}
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
            name={NOTE}
            error={problem(NOTE)}
            label={t('complete.note')}
            description={t('complete.noteHint')}
            autosize={false}
            rows={3}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  );
}
