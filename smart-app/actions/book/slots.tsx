// Free times by day as big buttons of one choice: arrow keys move, the next free one stands there already.
// https://www.w3.org/WAI/ARIA/apg/patterns/radio/
import { Button, Skeleton } from '@mantine/core';
import type { Appointment } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { actorsOf, byDay, slotOf } from '../../fhir/booking.ts';
import type { People } from '../../fhir/people.ts';
import { timeOf } from '../../ui/time.ts';
import classes from './book.module.css';
import { AGREED, WAIT } from './plan.ts';
import { useWords } from './words.ts';

/** Name of the field. */
export const SLOT = 'Appointment.slot';
/** Times that are shown first. */
const FIRST = 12;

interface SlotsProps {
  /** Undefined while they are read. */
  times: readonly Appointment[] | undefined;
  names: People;
  value: string;
  onChange: (slot: string) => void;
  problem: string | undefined;
  /** Whether the practice keeps a calendar here. */
  hasCalendar: boolean;
  /** Whether the place is said with each time: they are of different ones. */
  showsPlace: boolean;
  /** What is asked of a time that was agreed. */
  children: ReactNode;
}

export function Slots({
  times,
  names,
  value,
  onChange,
  problem,
  hasCalendar,
  showsPlace,
  children,
}: SlotsProps) {
  const { w, locale } = useWords();
  const [all, showAll] = useState(false);
  if (!times) return <Skeleton height={160} radius={6} aria-label={w('times.reading')} />;
  const chosen = times.findIndex((one) => slotOf(one) === value);
  const shown = all || chosen >= FIRST ? times : times.slice(0, FIRST);
  const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
  const option = { value, onChange };
  return (
    <fieldset className={classes.slots} aria-describedby={problem && 'slot-problem'}>
      <legend>{w('times.label')}</legend>
      {problem && (
        <p id="slot-problem" role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
      {times.length === 0 && <p>{w(hasCalendar ? 'times.none' : 'times.noCalendar')}</p>}
      {byDay(shown).map(([date, visits]) => (
        <div key={date.toISOString()} className={classes.day}>
          <h3>{day.format(date)}</h3>
          <div className={classes.times}>
            {visits.map((visit) => (
              <Choice
                key={slotOf(visit)}
                slot={slotOf(visit)}
                day={day.format(date)}
                title={timeOf(new Date(visit.start!), locale)}
                detail={detailOf(visit, names, showsPlace)}
                {...option}
              />
            ))}
          </div>
        </div>
      ))}
      {shown.length < times.length && (
        <Button variant="subtle" onClick={() => showAll(true)}>
          {w('times.more', { count: times.length - shown.length })}
        </Button>
      )}
      <Choice slot={AGREED} title={w('times.agreed')} detail={w('times.agreedHint')} {...option} />
      {value === AGREED && children}
      <Choice slot={WAIT} title={w('times.wait')} detail={w('times.waitHint')} {...option} />
    </fieldset>
  );
}

/** What, with whom and where. */
const detailOf = (visit: Appointment, names: People, showsPlace: boolean): string =>
  [
    visit.serviceType?.[0]?.text,
    ...actorsOf(visit)
      .filter((one) => showsPlace || !one.startsWith('Location/'))
      .map((one) => names.get(one)?.name),
  ]
    .filter(Boolean)
    .join(' · ');

interface ChoiceProps {
  slot: string;
  /** Said with the time to those who do not see the heading. */
  day?: string;
  title: string;
  detail: string;
  value: string;
  onChange: (slot: string) => void;
}

function Choice({ slot, day, title, detail, value, onChange }: ChoiceProps) {
  return (
    <label className={classes.slot}>
      <input
        type="radio"
        name={SLOT}
        value={slot}
        checked={slot === value}
        data-autofocus={slot === value || undefined}
        onChange={() => onChange(slot)}
      />
      <span className={classes.slotText}>
        <span className={classes.time}>
          {day && <span className="visually-hidden">{day}, </span>}
          {title}
        </span>
        <span className={classes.detail}>{detail}</span>
      </span>
    </label>
  );
}
