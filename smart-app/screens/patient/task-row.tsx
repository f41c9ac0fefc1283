// One task: what, when, whose, and the one button that moves it; the rest in a menu.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import { dueOf, type Urgency, urgencyOf } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Icon, type IconName } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { exactly, saidOf } from '../../ui/time.ts';
import { RowActions } from './row-actions.tsx';
import classes from './task-row.module.css';
import type { View } from './view.ts';
import { dueSaid, nameOf, titleOf } from './words.ts';

const ICONS: Readonly<Record<Urgency, IconName>> = {
  late: 'late',
  today: 'soon',
  later: 'open',
  none: 'open',
};

export function TaskRow({ task, view }: { task: Task; view: View }) {
  const { t } = useLanguage();
  const ended = task.status === 'completed';
  const urgency = ended ? 'none' : urgencyOf(task, view.now);
  const notice = view.notices.get(task.id!);
  const selected = view.selected === task.id;
  return (
    <li className={classes.row} data-urgency={urgency} data-selected={selected || undefined}>
      <span className={classes.mark}>
        <Icon name={ended ? 'done' : task.status === 'on-hold' ? 'held' : ICONS[urgency]} />
      </span>
      <div className={classes.text}>
        <button
          type="button"
          className={classes.title}
          aria-expanded={selected}
          onClick={() => view.select(selected ? undefined : task.id)}
        >
          {titleOf(task, t)}
        </button>
        <Meta task={task} view={view} />
      </div>
      {!ended && <RowActions task={task} view={view} />}
      {notice && (
        <div className={classes.notice}>
          <Refusal sentence={notice} onClose={() => view.dismiss(task.id!)} />
        </div>
      )}
      {selected && view.inlineDetails && <div className={classes.details}>{view.details(task)}</div>}
    </li>
  );
}

function Meta({ task, view }: { task: Task; view: View }) {
  const language = useLanguage();
  const { t, locale } = language;
  const end = task.executionPeriod?.end;
  const at = task.status === 'completed' ? (end ? new Date(end) : undefined) : dueOf(task);
  const when =
    task.status === 'completed'
      ? t('due.done', { when: at ? saidOf(at, view.now, locale) : '' })
      : dueSaid(task, view.now, language);
  return (
    <p className={classes.meta}>
      {at ? (
        <time dateTime={at.toISOString()} title={exactly(at, locale)} className={classes.due}>
          {when}
        </time>
      ) : (
        <span>{when}</span>
      )}
      {' · '}
      {nameOf(task.owner?.reference, view.people, view.me, t)}
      {task.status !== 'completed' && ` · ${t(`status.${task.status}`)}`}
    </p>
  );
}
