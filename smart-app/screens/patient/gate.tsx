// The hand-off between the lanes: closed with what is missing, waiting for somebody, or passed.
// https://hl7.org/fhir/R4/task.html
import { Button } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useActions } from '../../actions/index.tsx';
import { RowActions } from '../../actions/row-actions.tsx';
import { useApp } from '../../context.tsx';
import type { Gate } from '../../fhir/handoff.ts';
import { usualSide } from '../../fhir/takers.ts';
import { urgencyOf } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { saidOf } from '../../ui/time.ts';
import { dueSaid, nameOf, titleOf } from '../../ui/words.ts';
import classes from './gate.module.css';
import { Summary } from './summary.tsx';
import type { View } from './view.ts';

const NAMED = 3;

interface GateProps {
  gate: Gate;
  view: View;
  onHandOff: () => void;
  /** Its state stands between the tabs already. */
  untitled?: boolean;
}

export function GatePanel({ gate, view, onHandOff, untitled }: GateProps) {
  const { t } = useLanguage();
  return (
    <section className={classes.gate} data-state={gate.state} aria-label={t('gate.name')}>
      {!untitled && (
        <h2 className={classes.head}>
          <Icon name={gate.state} /> {t('gate.name')}: {t(`gate.${gate.state}`)}
        </h2>
      )}
      {gate.state === 'closed' ? (
        <Closed gate={gate} view={view} onHandOff={onHandOff} />
      ) : (
        <Sent gate={gate} view={view} onHandOff={onHandOff} />
      )}
    </section>
  );
}

function Closed({ gate, view, onHandOff }: { gate: Gate & { state: 'closed' } } & Omit<GateProps, 'gate'>) {
  const { t, locale } = useLanguage();
  const { missing, returned, back } = gate;
  const named = missing.slice(0, NAMED);
  const when = back?.lastModified ?? back?.meta?.lastUpdated;
  const name = nameOf(back?.owner?.reference, view.people, view.me, t);
  return (
    <>
      {back && when && (
        <p>{t('gate.handedBack', { name, when: saidOf(new Date(when), view.now, locale) })}</p>
      )}
      {returned && <Returned task={returned} />}
      {missing.length === 0 ? (
        <p>{t('gate.ready')}</p>
      ) : (
        <p>{t('gate.missing', { count: missing.length })}</p>
      )}
      <ul className={classes.missing}>
        {named.map((task) => (
          <li key={task.id}>{titleOf(task, t)}</li>
        ))}
        {missing.length > NAMED && <li>{t('gate.missingMore', { count: missing.length - NAMED })}</li>}
      </ul>
      <Button variant="default" onClick={onHandOff}>
        {t('action.handOff')}
      </Button>
      {returned && <Summary task={returned} view={view} />}
    </>
  );
}

function Returned({ task }: { task: Task }) {
  const { t } = useLanguage();
  return <p>{t('gate.returned', { reason: task.statusReason?.text ?? t('status.rejected') })}</p>;
}

function Sent({
  gate,
  view,
  onHandOff,
}: { gate: Exclude<Gate, { state: 'closed' }> } & Omit<GateProps, 'gate'>) {
  const { t, locale } = useLanguage();
  const { task } = gate;
  const name = nameOf(task.owner?.reference, view.people, view.me, t);
  const at = gate.state === 'waiting' ? gate.since : gate.when;
  const when = at ? saidOf(new Date(at), view.now, locale) : '';
  const { user } = useApp();
  const { notices, dismiss, undoable } = useActions();
  const notice = notices.get(task.id!);
  const mayChange = task.status !== 'completed' || undoable.has(task.id!);
  return (
    <>
      <div className={classes.line}>
        <div>
          <p>
            {t(gate.state === 'waiting' ? 'gate.waitingFor' : 'gate.by', { name, when })}
            {gate.state === 'waiting' && gate.side === 'navigation' && `, ${t('gate.side.navigation')}`}
          </p>
          {gate.state === 'waiting' && <Waiting task={task} view={view} />}
        </div>
        {mayChange && <RowActions task={task} patient={view.patient} />}
      </div>
      {notice && <Refusal sentence={notice} onClose={() => dismiss(task.id!)} />}
      {gate.state === 'passed' && gate.returned && <Returned task={gate.returned} />}
      <Summary task={task} view={view} />
      {gate.state === 'passed' && usualSide(user?.role) === 'navigation' && (
        <Button variant="default" onClick={onHandOff}>
          {t('action.handBack')}
        </Button>
      )}
    </>
  );
}

/** Why the other side was asked, by when it answers, and what it asked for first. */
function Waiting({ task, view }: { task: Task; view: View }) {
  const language = useLanguage();
  const { t } = language;
  const urgency = urgencyOf(task, view.now);
  const why = task.reasonCode?.text;
  const asked = task.status === 'on-hold' ? task.statusReason?.text : undefined;
  return (
    <>
      {urgency !== 'none' && (
        <p className={classes.due} data-urgency={urgency}>
          {urgency === 'late' && <Icon name="late" />} {dueSaid(task, view.now, language)}
        </p>
      )}
      {why && <p>{t('gate.why', { reason: why })}</p>}
      {asked && <p>{t('gate.hold', { reason: asked })}</p>}
    </>
  );
}
