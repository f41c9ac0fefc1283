// One line of other dialogs: the minutes that the work took, for which programme; recorded with the rest when it is ticked.
// https://hl7.org/fhir/R4/observation.html
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { Observation } from '@medplum/fhirtypes';
import { activityOf, entryOf, minutesBefore, overlapping } from '../../fhir/minutes.ts';
import type { Actor } from '../../fhir/task-change.ts';
import type { Problem } from '../../ui/problem.ts';
import { timeOf } from '../../ui/time.ts';
import type { About } from '../action.ts';
import classes from './minutes.module.css';
import { type Minutes, useMinutes } from './use-minutes.ts';
import { useWords } from './words.ts';

/** Name of the field. */
export const MINUTES = 'Observation.effectivePeriod';

/** What was changed by hand. */
export interface LineDraft {
  isOn?: boolean;
  count?: string;
  /** Logical id of the enrolment; empty: none. */
  enrolment?: string;
}

export interface Line {
  readonly minutes: Minutes;
  readonly isOn: boolean;
  readonly count: string;
  readonly enrolment: string;
  readonly change: (draft: LineDraft) => void;
  /** What is wrong with the line, before anything is sent. */
  readonly problems: (end?: Date) => readonly Problem[];
  /** The entry; undefined when the line is not ticked. @param end when the work ended; now when absent */
  readonly entry: (actor: Actor, end?: Date) => Observation | undefined;
}

/** The line as it stands: what is known stands there already, and ticked. */
export function useMinutesLine(about: About, draft: LineDraft, onChange: (draft: LineDraft) => void): Line {
  const minutes = useMinutes(about);
  const { w, locale } = useWords();
  const { suggested, enrolments, entries, isLogged } = minutes;
  const isOn = isLogged && (draft.isOn ?? suggested !== undefined);
  const count = draft.count ?? (suggested === undefined ? '' : String(suggested));
  const enrolment = draft.enrolment ?? enrolments[0]?.id ?? '';
  const workUntil = (end: Date) => minutesBefore(end, Number(count));

  const problems = (end = new Date()): readonly Problem[] => {
    if (!isOn) return [];
    if (!/^[1-9]\d{0,2}$/.test(count)) return [{ field: MINUTES, sentence: w('line.missing') }];
    const other = overlapping(workUntil(end), entries);
    if (!other) return [];
    const [from, until] = [other.start, other.end].map((at) => timeOf(at, locale)) as [string, string];
    return [{ field: MINUTES, sentence: w('overlap', { from, until }) }];
  };
  const entry = (actor: Actor, end = actor.now): Observation | undefined =>
    isOn
      ? entryOf(
          {
            ...about,
            ...workUntil(end),
            activity: activityOf(about.task),
            enrolment: enrolments.find(({ id }) => id === enrolment),
          },
          actor,
        )
      : undefined;
  const change = (more: LineDraft) => onChange({ ...draft, ...more });
  return { minutes, isOn, count, enrolment, change, problems, entry };
}

export function MinutesLine({ line, problem }: { line: Line; problem: string | undefined }) {
  const { w } = useWords();
  const { minutes, isOn, count, enrolment, change } = line;
  const { enrolments, isLogged } = minutes;
  if (!isLogged) return null;
  const [only] = enrolments;
  return (
    <div className={classes.line}>
      <Checkbox
        label={w('line.record')}
        checked={isOn}
        onChange={(event) => change({ isOn: event.currentTarget.checked })}
      />
      {isOn && (
        <div className={classes.fields}>
          <TextInput
            name={MINUTES}
            type="number"
            inputMode="numeric"
            min={1}
            max={999}
            label={w('minutes')}
            value={count}
            error={problem}
            onChange={(event) => change({ count: event.currentTarget.value })}
            className={classes.count}
          />
          {enrolments.length > 1 ? (
            <NativeSelect
              label={w('programme')}
              value={enrolment}
              onChange={(event) => change({ enrolment: event.currentTarget.value })}
              data={enrolments.map(({ id, programme }) => ({
                value: id,
                label: programmeSaid(programme, w),
              }))}
            />
          ) : (
            <p className={classes.only}>
              {only ? w('line.for', { programme: programmeSaid(only.programme, w) }) : w('line.none')}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

/** A programme by its name. */
export const programmeSaid = (code: string, w: ReturnType<typeof useWords>['w']): string =>
  (PROGRAMMES as readonly string[]).includes(code)
    ? w(`programme.${code as (typeof PROGRAMMES)[number]}`)
    : code;

const PROGRAMMES = [
  'pin',
  'pin-ps',
  'chi',
  'tcm',
  'ccm',
  'pcm',
  'apcm',
  'bhi',
  'cocm',
  'employer-navigation',
  'medicaid-health-home',
  'dsnp',
] as const;
