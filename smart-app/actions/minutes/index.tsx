// Recording minutes of work: from when to when, at what, for which programme; below it what the month comes to so far.
// https://hl7.org/fhir/R4/observation.html · docs/billing.md
import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import {
  ACTIVITIES,
  type Activity,
  activityOf,
  entryOf,
  minutesBefore,
  minutesIn,
  overlapping,
  type Stretch,
} from '../../fhir/minutes.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import type { Problem } from '../../ui/problem.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { timeOf } from '../../ui/time.ts';
import { titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import { localMoment } from '../contact/draft.ts';
import { useSubmit } from '../use-submit.ts';
import { MINUTES, programmeSaid } from './line.tsx';
import classes from './minutes.module.css';
import { Months } from './month.tsx';
import { useMinutes } from './use-minutes.ts';
import { useWords } from './words.ts';

const NONE = 'none';

interface Draft {
  /** As a field of date and time writes it; absent: when the form was opened. */
  end?: string;
  /** Absent: what is suggested. */
  minutes?: string;
  activity?: Activity;
  /** Logical id of the enrolment, or `none`. */
  enrolment?: string;
  note: string;
}

export default function MinutesDialog(props: DialogProps) {
  const { about, patient, onClose } = props;
  const { task } = about;
  const words = useWords();
  const { t, w, locale } = words;
  const { client } = useApp();
  const send = useSubmit(props);
  const known = useMinutes(about);
  const [draft, setDraft] = useDraft<Draft>('minutes', about, { note: '' });
  const change = (more: Partial<Draft>) => setDraft({ ...draft, ...more });

  const count = draft.minutes ?? (known.suggested === undefined ? '' : String(known.suggested));
  const end = draft.end ?? localMoment(known.openedAt);
  const activity = draft.activity ?? activityOf(task);
  const chosen = draft.enrolment ?? known.enrolments[0]?.id ?? NONE;
  const enrolment = known.enrolments.find(({ id }) => id === chosen);
  const until = draft.end === undefined ? known.openedAt : new Date(draft.end);
  const stretch: Stretch | undefined =
    /^[1-9]\d{0,2}$/.test(count) && !Number.isNaN(until.getTime())
      ? minutesBefore(until, Number(count))
      : undefined;
  const begin = (start: string) => {
    const minutes = minutesIn({ start: new Date(start), end: until });
    change({ minutes: minutes > 0 ? String(minutes) : '', ...(draft.end === undefined && { end }) });
  };

  const problem = (): string | undefined => {
    if (!stretch) return w('missing');
    if (stretch.end > new Date()) return w('future');
    const other = overlapping(stretch, known.entries);
    return other && w('overlap', { from: timeOf(other.start, locale), until: timeOf(other.end, locale) });
  };

  const submit = async (): Promise<readonly Problem[]> => {
    const sentence = problem();
    if (sentence || !stretch) return [{ field: MINUTES, sentence: sentence ?? w('missing') }];
    const work = { ...stretch, patient: patient.id!, task, activity, enrolment, note: draft.note.trim() };
    return send((actor) => ({
      send: () => client.create(entryOf(work, actor)),
      did: w('did', { count: minutesIn(stretch) }),
    }));
  };

  return (
    <FormDialog
      title={w('title')}
      identity={identityOf(patient, words)}
      submit={w('submit')}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {task && <p>{titleOf(task, t)}</p>}
          {!known.isLogged && <Refusal sentence={w('supervisors')} />}
          {known.failure !== undefined && <Refusal sentence={sentenceOf(known.failure, words)} />}
          <TextInput
            data-autofocus
            name={MINUTES}
            type="number"
            inputMode="numeric"
            min={1}
            max={999}
            required
            label={w('minutes')}
            value={count}
            error={problem(MINUTES)}
            onChange={(event) => change({ minutes: event.currentTarget.value })}
          />
          <div className={classes.times}>
            <TextInput
              type="datetime-local"
              label={w('start')}
              value={stretch ? localMoment(stretch.start) : ''}
              max={end}
              onChange={(event) => begin(event.currentTarget.value)}
            />
            <TextInput
              type="datetime-local"
              label={w('end')}
              value={end}
              max={localMoment(new Date())}
              onChange={(event) => change({ end: event.currentTarget.value })}
            />
          </div>
          <NativeSelect
            label={w('activity')}
            value={activity}
            onChange={(event) => change({ activity: event.currentTarget.value as Activity })}
            data={ACTIVITIES.map((one) => ({ value: one, label: w(`activity.${one}`) }))}
          />
          <NativeSelect
            label={w('programme')}
            description={enrolment && w(enrolment.consent ? 'consent.on' : 'consent.off')}
            value={chosen}
            onChange={(event) => change({ enrolment: event.currentTarget.value })}
            data={[
              ...known.enrolments.map(({ id, programme }) => ({
                value: id,
                label: programmeSaid(programme, w),
              })),
              { value: NONE, label: w('none') },
            ]}
          />
          <Textarea
            label={w('note')}
            description={w('noteHint')}
            autosize={false}
            rows={2}
            value={draft.note}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
          <Months patient={patient.id!} enrolments={known.enrolments} />
        </>
      )}
    </FormDialog>
  );
}
