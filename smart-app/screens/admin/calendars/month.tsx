// A month as a picture: working days, weekends and closed days, each by a word and not by colour alone; one day takes the focus
// and the arrow keys move it. https://www.w3.org/WAI/ARIA/apg/patterns/dialog-modal/examples/datepicker-dialog/
import { Button } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import classes from '../admin.module.css';
import look from './calendar.module.css';
import { type Closure, closureOn, dayAfter, monthAfter, monthOf, weekdayOf, weeksOf } from './closures.ts';
import { useWords } from './words.ts';

/** By how many days a key moves. */
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
/** A Monday. */
const MONDAY = '2024-01-01';
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;

const inUtc = (day: string, locale: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));

interface MonthProps {
  month: string;
  today: string;
  closures: readonly Closure[];
  onMonth: (month: string) => void;
  onDay: (day: string) => void;
}

export function Month({ month, today, closures, onMonth, onDay }: MonthProps) {
  const { w, locale } = useWords();
  const title = inUtc(`${month}-01`, locale, { month: 'long', year: 'numeric' });
  const { current, table, move } = useDay(month, today, onMonth);
  return (
    <div className={classes.stackless}>
      <div className={classes.head}>
        <h3 aria-live="polite">{title}</h3>
        <div className={classes.actions}>
          <Button variant="default" onClick={() => onMonth(monthAfter(month, -1))}>
            {w('before')}
          </Button>
          <Button variant="default" onClick={() => onMonth(monthOf(today))}>
            {w('now')}
          </Button>
          <Button variant="default" onClick={() => onMonth(monthAfter(month, 1))}>
            {w('after')}
          </Button>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is moved through by arrow keys, a table is not */}
      <table ref={table} role="grid" aria-label={title} className={look.month} onKeyDown={move}>
        <thead>
          <tr>
            {WEEKDAYS.map((place) => (
              <th key={place} scope="col" abbr={inUtc(dayAfter(MONDAY, place), locale, { weekday: 'long' })}>
                {inUtc(dayAfter(MONDAY, place), locale, { weekday: 'short' })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={week.find(Boolean)}>
              {week.map((day, weekday) => (
                <td key={day ?? weekday} data-weekend={weekday > 4 || undefined}>
                  {day && (
                    <Day
                      day={day}
                      isToday={day === today}
                      hasFocus={day === current}
                      closure={closureOn(closures, day)}
                      onDay={onDay}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The day that the keyboard is on; it follows the month. */
function useDay(month: string, today: string, onMonth: (month: string) => void) {
  const [day, setDay] = useState(today);
  const table = useRef<HTMLTableElement>(null);
  const moved = useRef(false);
  const current = monthOf(day) === month ? day : `${month}-01`;
  useEffect(() => {
    if (moved.current) table.current?.querySelector<HTMLElement>(`[data-day="${current}"]`)?.focus();
    moved.current = false;
  }, [current]);
  const move = (event: KeyboardEvent) => {
    const days = STEPS[event.key];
    const months = event.key === 'PageUp' ? -1 : event.key === 'PageDown' ? 1 : 0;
    if (days === undefined && months === 0) return;
    event.preventDefault();
    const next = months ? `${monthAfter(month, months)}-01` : dayAfter(current, days!);
    moved.current = true;
    setDay(next);
    if (monthOf(next) !== month) onMonth(monthOf(next));
  };
  return { current, table, move };
}

interface DayProps {
  day: string;
  isToday: boolean;
  hasFocus: boolean;
  closure: Closure | undefined;
  onDay: (day: string) => void;
}

function Day({ day, isToday, hasFocus, closure, onDay }: DayProps) {
  const { w, locale } = useWords();
  const long = inUtc(day, locale, { dateStyle: 'full' });
  const state = closure
    ? w('day.closed', { reason: closure.description })
    : weekdayOf(day) > 4
      ? w('day.weekend')
      : w('day.open');
  return (
    <button
      type="button"
      data-day={day}
      data-closed={closure && true}
      aria-current={isToday ? 'date' : undefined}
      tabIndex={hasFocus ? 0 : -1}
      onClick={() => onDay(day)}
    >
      <span aria-hidden="true">{Number(day.slice(8))}</span>
      {closure && <small aria-hidden="true">{closure.description || w('day.shut')}</small>}
      <span className="visually-hidden">
        {long}, {state}
      </span>
    </button>
  );
}
