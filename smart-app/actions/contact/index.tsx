// Logging a contact: what came of it is asked, the rest stands there already; it is recorded with the task that it ends and the
// minutes that it took, all or nothing. https://hl7.org/fhir/R4/communication.html
import { Radio, Textarea } from '@mantine/core';
import { useRef } from 'react';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import {
  aboutOf,
  type ContactOutcome,
  completes,
  contactOutcomes,
  isDoneByContact,
  questionOf,
} from '../../fhir/contact.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import type { Problem } from '../../ui/problem.ts';
import { completeVerb, titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import classes from '../dialogs.module.css';
import { MINUTES, MinutesLine, useMinutesLine } from '../minutes/line.tsx';
import { useSubmit } from '../use-submit.ts';
import { type ContactDraft, EMPTY, momentOf } from './draft.ts';
import { Follows } from './follows.tsx';
import { CHANNEL, How, nameIn, SENT, TOPIC } from './how.tsx';
import { outcomeSaid } from './outcome.ts';
import { Question } from './question.tsx';
import { recorded } from './record.ts';
import { SafetyLines } from './safety.tsx';
import { useContact } from './use-contact.ts';
import { useWords } from './words.ts';

const OUTCOME = 'Task.output';
const NOTE = 'Task.note';

export default function ContactDialog(props: DialogProps) {
  const { about, patient, onClose } = props;
  const { task } = about;
  const words = useWords();
  const { t, w } = words;
  const { client, me } = useApp();
  const send = useSubmit(props);
  const [draft, setDraft] = useDraft<ContactDraft>('contact', about, EMPTY);
  const change = (more: Partial<ContactDraft>) => setDraft({ ...draft, ...more });
  const facts = useContact(about, draft);
  const line = useMinutesLine(about, draft.minutes, (minutes) => change({ minutes }));
  const latest = useRef(task);
  const { channel } = facts;
  const outcomes = contactOutcomes(channel ?? 'phone', draft.direction, facts.mayLeaveMessage);
  const question = questionOf(task);
  // A question is answered nine times of ten: that stands there already.
  const outcome = outcomes.find((one) => one === (draft.outcome ?? (question && 'reached')));
  const at = momentOf(draft);

  const missing = (): readonly Problem[] => [
    ...(channel ? [] : [{ field: CHANNEL, sentence: facts.paths ? w('noPath') : w('asking') }]),
    ...(draft.support && !draft.topic
      ? [{ field: TOPIC, sentence: w('needsTopic', { name: nameIn(draft, facts, patient) }) }]
      : []),
    ...(at && !(at <= new Date()) ? [{ field: SENT, sentence: w('whenMissing') }] : []),
    ...(outcome ? [] : [{ field: OUTCOME, sentence: t('complete.missing') }]),
    ...line.problems(at),
  ];

  const submit = async () => {
    const problems = missing();
    if (problems.length || !channel || !outcome || !me) return problems;
    const { direction, topic, support } = draft;
    const note = draft.note.trim();
    const other = support || `Patient/${patient.id}`;
    const contact = {
      patient: patient.id!,
      with: other,
      channel,
      direction,
      outcome,
      topic,
      at,
      note,
      about: aboutOf(task),
      answers: question,
    };
    return send((actor) => {
      const said = { text: outcomeSaid(outcome, words, question !== undefined), note };
      const ended = task && completes(task, outcome) ? task : undefined;
      return {
        ...recorded({
          contact,
          said,
          minutes: line.entry(actor, at),
          actor,
          client,
          latest,
          ...(ended && { ended }),
        }),
        did: ended
          ? t('did.complete', { title: titleOf(ended, t) })
          : w('did', { name: nameIn(draft, facts, patient) }),
        undo: ended !== undefined,
      };
    });
  };

  return (
    <FormDialog
      title={task ? titleOf(task, t) : w('title')}
      identity={identityOf(patient, words)}
      submit={
        task && isDoneByContact(task) && completeVerb(task) !== 'action.complete'
          ? t(completeVerb(task))
          : w('submit')
      }
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {question && <Question patient={patient.id!} question={question} />}
          <SafetyLines patient={patient} facts={facts} />
          <How patient={patient} draft={draft} facts={facts} change={change} problem={problem} />
          <Radio.Group
            name={OUTCOME}
            label={t('complete.outcome')}
            required
            value={outcome ?? ''}
            onChange={(value) => change({ outcome: value as ContactOutcome })}
            error={problem(OUTCOME)}
          >
            <div className={classes.choices}>
              {outcomes.map((one, index) => (
                <Radio
                  key={one}
                  value={one}
                  label={outcomeSaid(one, words, question !== undefined)}
                  data-autofocus={index === 0 || undefined}
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
            value={draft.note}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
          <Follows task={task} draft={{ ...draft, ...(outcome && { outcome }) }} attempts={facts.attempts} />
          <MinutesLine line={line} problem={problem(MINUTES)} />
        </>
      )}
    </FormDialog>
  );
}
