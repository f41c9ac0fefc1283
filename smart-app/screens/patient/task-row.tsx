// One task: what, when, whose, and the one button that moves it; the rest in a menu.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import { useActions } from '../../actions/index.tsx';
import { RowActions } from '../../actions/row-actions.tsx';
import { dueOf, type Urgency, urgencyOf } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Icon, type IconName } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { exactly, saidOf } from '../../ui/time.ts';
import { dueSaid, nameOf, statusSaid, titleOf } from '../../ui/words.ts';
import classes from './task-row.module.css';
import type { View } from './view.ts';

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
  const { notices, dismiss, undoable } = useActions();
  const notice = notices.get(task.id!);
  const done = undoable.get(task.id!);
  const selected = view.selected === task.id;
  return (
    <li className={classes.row} data-urgency={urgency} data-selected={selected || undefined}>
      <span className={classes.mark}>
        <Icon
          name={ended || done?.task === task ? 'done' : task.status === 'on-hold' ? 'held' : ICONS[urgency]}
        />
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
        {done?.task === task ? (
          <p className={classes.meta}>{done.sentence}</p>
        ) : (
          <Meta task={task} view={view} />
        )}
      </div>
      {(!ended || done) && (
        <div className={classes.actions}>
          <RowActions task={task} patient={view.patient} />
        </div>
      )}
      {notice && (
        <div className={classes.notice}>
          <Refusal sentence={notice} onClose={() => dismiss(task.id!)} />
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
      {task.status !== 'completed' && ` · ${statusSaid(task, t)}`}
    </p>
  );
}
