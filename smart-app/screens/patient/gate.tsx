// The hand-off between the lanes: closed with what is missing, waiting for somebody, or passed.
// https://hl7.org/fhir/R4/task.html
import { Button } from '@mantine/core';
import type { Gate } from '../../fhir/handoff.ts';
import { urgencyOf } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { saidOf } from '../../ui/time.ts';
import classes from './gate.module.css';
import { RowActions } from './row-actions.tsx';
import { Summary } from './summary.tsx';
import type { View } from './view.ts';
import { dueSaid, nameOf, titleOf } from './words.ts';

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
        <Closed gate={gate} onHandOff={onHandOff} />
      ) : (
        <Sent gate={gate} view={view} />
      )}
    </section>
  );
}

function Closed({ gate, onHandOff }: { gate: Gate & { state: 'closed' }; onHandOff: () => void }) {
  const { t } = useLanguage();
  const { missing, returned } = gate;
  const named = missing.slice(0, NAMED);
  return (
    <>
      {returned && (
        <p>{t('gate.returned', { reason: returned.statusReason?.text ?? t('status.rejected') })}</p>
      )}
      {missing.length === 0 ? <p>{t('gate.ready')}</p> : <p>{t('gate.missing', { n: missing.length })}</p>}
      <ul className={classes.missing}>
        {named.map((task) => (
          <li key={task.id}>{titleOf(task, t)}</li>
        ))}
        {missing.length > NAMED && <li>{t('gate.missingMore', { n: missing.length - NAMED })}</li>}
      </ul>
      <Button variant="default" onClick={onHandOff}>
        {t('action.handOff')}
      </Button>
    </>
  );
}

function Sent({ gate, view }: { gate: Exclude<Gate, { state: 'closed' }>; view: View }) {
  const language = useLanguage();
  const { t, locale } = language;
  const { task } = gate;
  const name = nameOf(task.owner?.reference, view.people, view.me, t);
  const at = gate.state === 'waiting' ? gate.since : gate.when;
  const when = at ? saidOf(new Date(at), view.now, locale) : '';
  const notice = view.notices.get(task.id!);
  const urgency = urgencyOf(task, view.now);
  return (
    <>
      <div className={classes.line}>
        <div>
          <p>{t(gate.state === 'waiting' ? 'gate.waitingFor' : 'gate.by', { name, when })}</p>
          {gate.state === 'waiting' && urgency !== 'none' && (
            <p className={classes.due} data-urgency={urgency}>
              {urgency === 'late' && <Icon name="late" />} {dueSaid(task, view.now, language)}
            </p>
          )}
        </div>
        {task.status !== 'completed' && <RowActions task={task} view={view} />}
      </div>
      {notice && <Refusal sentence={notice} onClose={() => view.dismiss(task.id!)} />}
      <Summary task={task} view={view} />
    </>
  );
}
