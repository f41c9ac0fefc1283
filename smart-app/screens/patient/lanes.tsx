// The two lanes with the gate between them: side by side, or on a narrow frame as two tabs with the gate between their names.
// https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
import { useMediaQuery } from '@mantine/hooks';
import type { Task } from '@medplum/fhirtypes';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { Gate } from '../../fhir/handoff.ts';
import { isMine, type Lane, urgencyOf } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Boundary } from '../../ui/boundary.tsx';
import { Icon } from '../../ui/icons.tsx';
import { GatePanel } from './gate.tsx';
import { LanePanel } from './lane.tsx';
import classes from './lanes.module.css';
import type { View } from './view.ts';

export interface LanesProps {
  tasks: Readonly<Record<Lane, readonly Task[]>>;
  gate: Gate;
  view: View;
  filtered: boolean;
  onHandOff: () => void;
}

const LANES: readonly Lane[] = ['navigation', 'coordination'];

export function Lanes(props: LanesProps) {
  const { t } = useLanguage();
  const wide = useMediaQuery('(min-width: 700px)', true, { getInitialValueInEffect: false });
  if (!wide) return <Tabs {...props} />;
  const { tasks, gate, view, filtered, onHandOff } = props;
  return (
    <div className={classes.wide}>
      <LanePanel lane="navigation" tasks={tasks.navigation} view={view} filtered={filtered} />
      <div className={classes.between}>
        <Boundary of={gate} name={t('gate.name')}>
          <GatePanel gate={gate} view={view} onHandOff={onHandOff} />
        </Boundary>
      </div>
      <LanePanel lane="coordination" tasks={tasks.coordination} view={view} filtered={filtered} />
    </div>
  );
}

/** Opens on the lane where my work is, else where something is late, else on the first. */
function firstLane({ tasks, view }: LanesProps): Lane {
  const mine = LANES.find((lane) => tasks[lane].some((task) => isMine(task, view.me)));
  const late = LANES.find((lane) => tasks[lane].some((task) => urgencyOf(task, view.now) === 'late'));
  return mine ?? late ?? 'navigation';
}

function Tabs(props: LanesProps) {
  const { tasks, gate, view, filtered, onHandOff } = props;
  const { t } = useLanguage();
  const [lane, setLane] = useState<Lane>(() => firstLane(props));
  const [gateOpen, setGateOpen] = useState(gate.state === 'waiting');
  const tabs = useRef<HTMLDivElement>(null);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = lane === 'navigation' ? 'coordination' : 'navigation';
    setLane(next);
    tabs.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };

  return (
    <>
      <div className={classes.bar}>
        <div role="tablist" aria-label={t('lane.tabs')} className={classes.tabs} ref={tabs}>
          {LANES.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              id={`tab-${one}`}
              className={classes.tab}
              aria-selected={lane === one}
              aria-controls="lane-panel"
              tabIndex={lane === one ? 0 : -1}
              onClick={() => setLane(one)}
              onKeyDown={onKeyDown}
            >
              {t(`lane.${one}`)} <span>{tasks[one].length}</span>
            </button>
          ))}
        </div>
        <button
          type="button"
          className={classes.chip}
          data-state={gate.state}
          aria-expanded={gateOpen}
          onClick={() => setGateOpen(!gateOpen)}
        >
          <Icon name={gate.state} />
          <span className="visually-hidden">{t('gate.name')}:</span>
          <span className={classes.word}>{t(`gate.${gate.state}`)}</span>
        </button>
      </div>
      {gateOpen && (
        <div className={classes.gateBelow}>
          <Boundary of={gate} name={t('gate.name')}>
            <GatePanel gate={gate} view={view} onHandOff={onHandOff} untitled />
          </Boundary>
        </div>
      )}
      <div role="tabpanel" id="lane-panel" aria-labelledby={`tab-${lane}`}>
        <LanePanel lane={lane} tasks={tasks[lane]} view={view} filtered={filtered} untitled />
      </div>
    </>
  );
}
