// What stands in the cells of a row.
import type { ReactNode } from 'react';
import { stageOf } from '../../fhir/referral.ts';
import { hrefOf } from '../../place.ts';
import { Icon } from '../../ui/icons.tsx';
import { daysBetween, exactly, saidOf, timeOf } from '../../ui/time.ts';
import { personSaid, titleOf } from '../../ui/words.ts';
import type { Clock } from './clock.ts';
import type { ColumnName } from './filter.ts';
import classes from './grid.module.css';
import { groupOf, isUrgent, type Row } from './row.ts';
import type { Words } from './words.ts';

export interface CellProps {
  readonly row: Row;
  readonly words: Words;
  readonly now: Date;
  readonly clock: Clock;
  readonly me: string | undefined;
  /** The row has the focus, or would get it: what is in it can be reached by Tab. */
  readonly active: boolean;
}

const tab = (active: boolean) => (active ? 0 : -1);

function Priority({ row, words: { w } }: CellProps) {
  const said = w(`priority.${row.task.priority ?? 'routine'}`);
  if (!isUrgent(row)) return <span className="visually-hidden">{said}</span>;
  return (
    <strong>
      <Icon name="warning" /> {said}
    </strong>
  );
}

const DUE_ICONS = { late: 'late', today: 'soon' } as const;

function Due({ row, words: { t, w, locale }, now, clock }: CellProps) {
  if (row.due === undefined) return <span className={classes.quiet}>{t('due.none')}</span>;
  const due = new Date(row.due);
  const group = groupOf(row, clock);
  const near = group === 'late' || group === 'today' ? group : undefined;
  // A day of today, or further off, is said by its date already.
  const days = Math.abs(daysBetween(now, due));
  const isNamed = days > 0 && days < 7;
  return (
    <time
      dateTime={due.toISOString()}
      title={exactly(due, locale)}
      data-near={near}
      data-named={isNamed || undefined}
      className={classes.due}
    >
      {near && <Icon name={DUE_ICONS[near]} />}
      {near === 'late' && <span className="visually-hidden">{w('group.late')}: </span>}
      <span className={classes.relative}>{saidOf(due, now, locale)}</span>
      {isNamed && <span className={classes.day}>{dayShort(due, locale)}</span>}
      <span className={classes.exact}>{timeOf(due, locale)}</span>
    </time>
  );
}

/** `Nov 19`, as the language writes it. */
const dayShort = (date: Date, locale: string): string =>
  new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }).format(date);

function PatientLink({ row, words: { w }, active }: CellProps) {
  if (!row.patient) return <span className={classes.quiet}>{w('patient.none')}</span>;
  return (
    <a href={hrefOf({ name: 'patient', id: row.patient })} tabIndex={tab(active)}>
      {row.patientName || w('patient.unknown')}
    </a>
  );
}

function Stage({ row, words: { t } }: CellProps) {
  return stageSaid(row, t);
}

/** How far a task is: the stage of its referral, or else its status. */
export function stageSaid({ task }: Row, t: Words['t']): ReactNode {
  const at = stageOf(task);
  if (!at) return t(`status.${task.status}`);
  if (!at.fork) return t(`stage.${at.stage}`);
  return (
    <>
      <Icon name="fork" /> {t(`fork.${at.fork}`)}
    </>
  );
}

export function ownerSaid({ task, owner }: Row, me: string | undefined, t: Words['t']): string {
  const reference = task.owner?.reference;
  if (!reference) return t('owner.none');
  if (reference === me) return t('owner.me');
  return owner ? personSaid(owner, t) : t('owner.unknown');
}

function Tier({ row: { tier }, words: { w } }: CellProps) {
  if (tier) return w(`tier.${tier}`);
  return <span className="visually-hidden">{w('tier.none')}</span>;
}

function Safety({ row: { flags }, words: { w } }: CellProps) {
  if (!flags.length) return <span className="visually-hidden">{w('safety.none')}</span>;
  return (
    <span className={classes.flag} title={flags.join(' ')}>
      <Icon name="flag" /> {w('safety.flag')}
      <span className="visually-hidden">: {flags.join(' ')}</span>
    </span>
  );
}

/** Cells that only show something. */
export const CELLS: Readonly<Record<Exclude<ColumnName, 'next' | 'what'>, (props: CellProps) => ReactNode>> =
  {
    priority: Priority,
    due: Due,
    patient: PatientLink,
    stage: Stage,
    owner: ({ row, me, words: { t } }) => ownerSaid(row, me, t),
    tier: Tier,
    safety: Safety,
  };

export const rowTitle = (row: Row, t: Words['t']): string => titleOf(row.task, t);
