// Completing a task: what came of it is required, for a loop also the report that closes it; a note is not.
// https://hl7.org/fhir/R4/task-definitions.html#Task.output
import { Radio, Textarea } from '@mantine/core';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import { type Outcome, outcomeConcept, outcomesFor, receiptOf, usualOutcome } from '../../fhir/outcomes.ts';
import { needsReport } from '../../fhir/task.ts';
import { completed } from '../../fhir/task-change.ts';
import { useLanguage } from '../../locales/index.tsx';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import { completeVerb, titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import classes from '../dialogs.module.css';
import { useSubmit } from '../use-submit.ts';
import { REPORT, ReportChoice } from './report-choice.tsx';
import { useReports } from './use-reports.ts';

const OUTCOME = 'Task.output';
const NOTE = 'Task.note';

interface Draft {
  outcome?: Outcome;
  note: string;
}

export default function CompleteDialog(props: DialogProps) {
  const { about, patient, onClose } = props;
  const task = about.task!;
  const language = useLanguage();
  const { t } = language;
  const { client } = useApp();
  const send = useSubmit(props);
  const closesLoop = needsReport(task);
  const reports = useReports(client, patient.id!, task, closesLoop);
  const [draft, setDraft] = useDraft<Draft>('complete', about, { note: '' });
  const { note, outcome = usualOutcome(task) } = draft;

  const submit = async () => {
    const report = reports.chosen;
    const missing = [
      ...(closesLoop && !report ? [{ field: REPORT, sentence: t('report.missing') }] : []),
      ...(outcome ? [] : [{ field: OUTCOME, sentence: t('complete.missing') }]),
    ];
    if (missing.length || !outcome) return missing;
    const concept = outcomeConcept(outcome, t(`outcome.${outcome}`));
    const receipt = receiptOf(task, outcome);
    const answer = {
      ...{ outcome: concept, note: note.trim() },
      ...(report && { report }),
      ...(receipt && { receipt }),
    };
    const did = t('did.complete', { title: titleOf(task, t) });
    return send((actor) => {
      const next = completed(task, actor, answer);
      return { resources: [next], send: () => client.update(next), did, undo: true };
    });
  };

  return (
    <FormDialog
      title={titleOf(task, t)}
      identity={identityOf(patient, language)}
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
            onChange={(value) => setDraft({ ...draft, outcome: value as Outcome })}
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
            onChange={(event) => setDraft({ ...draft, note: event.currentTarget.value })}
          />
        </>
      )}
    </FormDialog>
  );
}
