// Reviewing a report and telling the patient: the report stands in the dialog, what was found is asked, and the person hears of it
// in the same transaction, so that the loop closes at once; or a task asks the team to tell them.
// https://hl7.org/fhir/R4/task.html · docs/care.md
import { Radio, Textarea } from '@mantine/core';
import { useRef } from 'react';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import { FINDINGS, type Finding, reviewed, toldBy } from '../../fhir/review.ts';
import { needsReport } from '../../fhir/task.ts';
import type { Actor } from '../../fhir/task-change.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import type { Problem } from '../../ui/problem.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import { REPORT, ReportChoice } from '../complete/report-choice.tsx';
import { begun, endingOf, replacing } from '../contact/begun.ts';
import { adding, newAddress } from '../contact/record.ts';
import dialog from '../dialogs.module.css';
import { type LineDraft, MINUTES, MinutesLine, useMinutesLine } from '../minutes/line.tsx';
import { useSubmit } from '../use-submit.ts';
import { ReportView } from './report-view.tsx';
import classes from './review.module.css';
import { MESSAGE, Tell, type TellDraft, telledBy } from './tell.tsx';
import { useReview } from './use-review.ts';
import { useWords } from './words.ts';

const OUTCOME = 'Task.output';
const NOTE = 'Task.note';

interface Draft {
  finding?: Finding;
  tell: TellDraft;
  note: string;
  minutes: LineDraft;
}

export default function ReviewDialog(props: DialogProps) {
  const { about, patient, onClose } = props;
  const words = useWords();
  const { t, w } = words;
  const { client, me } = useApp();
  const send = useSubmit(props);
  const [draft, setDraft] = useDraft<Draft>('review', about, { tell: {}, note: '', minutes: {} });
  const change = (more: Partial<Draft>) => setDraft({ ...draft, ...more });
  const { finding } = draft;
  const { task, isMissing, reports, choice, paths, failure } = useReview(about);
  const telled = telledBy(draft.tell, finding, paths, patient);
  const line = useMinutesLine({ ...about, ...(task && { task }) }, draft.minutes, (minutes) =>
    change({ minutes }),
  );
  const latest = useRef(task);
  const isTold = telled.telling !== 'team' && telled.channel !== undefined;
  const closes = task !== undefined && needsReport(task);

  const missing = (): readonly Problem[] => {
    if (isMissing) return [{ sentence: w('noReview') }];
    const isWordless = telled.telling === 'message' && !telled.message.trim();
    return [
      ...(closes && reports.length === 0 ? [{ field: REPORT, sentence: t('report.missing') }] : []),
      ...(finding ? [] : [{ field: OUTCOME, sentence: w('finding.missing') }]),
      ...(isWordless ? [{ field: MESSAGE, sentence: w('message.missing') }] : []),
      ...line.problems(),
    ];
  };

  const submit = async (): Promise<readonly Problem[]> => {
    const problems = missing();
    if (problems.length || !task || !finding || !me) return problems;
    const { telling, channel, language } = telled;
    const message = telling === 'message' ? { text: telled.message.trim(), language } : undefined;
    const address = newAddress();
    const finished = (from: typeof task, actor: Actor) =>
      reviewed(from, endingOf(from, actor), {
        reports,
        outcome: t(`outcome.${finding}`),
        note: draft.note.trim(),
        told: isTold ? address : undefined,
      });
    return send((actor) => {
      const minutes = line.entry(actor);
      const told =
        isTold && channel && toldBy({ patient: patient.id!, review: task, channel, message }, actor);
      return {
        resources: [finished(task, actor)],
        send: async () => {
          latest.current = await begun(client, latest.current ?? task, me);
          return client.transaction([
            replacing(finished(latest.current, actor)),
            ...(told ? [adding(told, address)] : []),
            ...(minutes ? [adding(minutes, newAddress())] : []),
          ]);
        },
        did: w(isTold ? 'did.closed' : 'did.team', { title: titleOf(task, t) }),
        undo: task.id === about.task?.id,
      };
    });
  };

  return (
    <FormDialog
      title={titleOf(task ?? about.task!, t)}
      identity={identityOf(patient, words)}
      submit={w(closes && isTold ? 'submit' : 'submit.review')}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {failure !== undefined && <Refusal sentence={sentenceOf(failure, words)} />}
          {isMissing && <Refusal sentence={w('noReview')} />}
          {choice && <ReportChoice reports={choice} problem={problem(REPORT)} />}
          {reports.map((reference) => (
            <ReportView key={reference} reference={reference} patient={patient.id!} />
          ))}
          <Radio.Group
            name={OUTCOME}
            label={w('finding')}
            required
            value={finding ?? ''}
            onChange={(value) => change({ finding: value as Finding })}
            error={problem(OUTCOME)}
          >
            <div className={dialog.choices}>
              {FINDINGS.map((one, index) => (
                <Radio
                  key={one}
                  value={one}
                  label={t(`outcome.${one}`)}
                  data-autofocus={index === 0 || undefined}
                />
              ))}
            </div>
          </Radio.Group>
          {finding && (
            <Tell
              patient={patient}
              paths={paths}
              telled={telled}
              change={(more) => change({ tell: { ...draft.tell, ...more } })}
              problem={problem}
            />
          )}
          <Textarea
            name={NOTE}
            label={t('complete.note')}
            description={t('complete.noteHint')}
            autosize={false}
            rows={2}
            value={draft.note}
            error={problem(NOTE)}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
          <div role="status" className={classes.follows}>
            {finding && <p>{w(isTold ? (closes ? 'then.closes' : 'then.told') : 'then.team')}</p>}
          </div>
          <MinutesLine line={line} problem={problem(MINUTES)} />
        </>
      )}
    </FormDialog>
  );
}
