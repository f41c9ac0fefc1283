// The register of barriers: what stands in the way and since when, the goal, who sees to it, and whether it helped.
// https://hl7.org/fhir/R4/condition.html
import type { Task } from '@medplum/fhirtypes';
import { useState } from 'react';
import { type Barrier, readBarriers } from '../../../fhir/barriers.ts';
import { Icon } from '../../../ui/icons.tsx';
import { dayOf } from '../../../ui/time.ts';
import { nameOf, titleOf } from '../../../ui/words.ts';
import type { View } from '../view.ts';
import { Empty, Facts, Mark, Panel, useFrame, usePanelQuery } from './panel.tsx';
import classes from './panels.module.css';
import { knownWord, useWords, type Words } from './words.ts';

export function Barriers({ view }: { view: View }) {
  const frame = useFrame(true);
  const query = usePanelQuery(view, 'barriers', frame, readBarriers);
  return (
    <Panel
      name="barriers"
      frame={frame}
      query={query}
      countOf={(all) => all.filter(({ stands }) => stands).length}
    >
      {(all) => <Register all={all} view={view} />}
    </Panel>
  );
}

function Register({ all, view }: { all: readonly Barrier[]; view: View }) {
  const { w } = useWords();
  const [open, setOpen] = useState(false);
  if (all.length === 0) return <Empty sentence={w('barriers.empty')} />;
  const past = all.filter(({ stands }) => !stands);
  const shown = open ? all : all.filter(({ stands }) => stands);
  return (
    <>
      <ul className={classes.rows}>
        {shown.map((barrier) => (
          <Row key={barrier.condition.id} barrier={barrier} view={view} />
        ))}
      </ul>
      {past.length > 0 && (
        <button type="button" className={classes.link} aria-expanded={open} onClick={() => setOpen(!open)}>
          {w('barriers.past', { count: past.length })}
        </button>
      )}
    </>
  );
}

function Row({ barrier, view }: { barrier: Barrier; view: View }) {
  const words = useWords();
  const { w, locale } = words;
  const { condition, stands, since, until, wantsHelp, goals, receipt } = barrier;
  const kind = knownWord(`barrier.${barrier.type}`);
  const name = condition.code?.text ?? (kind ? w(kind) : w('unnamed'));
  const when = stands
    ? since && w('barriers.since', { when: dayOf(since, locale) })
    : until
      ? w('barriers.until', { when: dayOf(until, locale) })
      : w('barriers.gone');
  const aside = [kind && w(kind) !== name && w(kind), when].filter(Boolean).join(' · ');
  return (
    <li className={classes.row}>
      <Mark name={stands ? 'warning' : 'done'} />
      <div className={classes.text}>
        <h3>{name}</h3>
        <p className={classes.meta}>{aside}</p>
        {wantsHelp && stands && (
          <p className={classes.soon}>
            <Icon name="flag" /> {w('barriers.help')}
          </p>
        )}
        <Facts
          facts={[
            ...goals.map((goal) => [w('barriers.goal'), goal.description.text] as const),
            [w('barriers.work'), stands && workSaid(barrier.work, view, words)],
            [w('barriers.receipt'), receipt && w(`receipt.${receipt.said}`)],
          ]}
        />
      </div>
    </li>
  );
}

/** What is done against it, and by whom. */
function workSaid(work: readonly Task[], view: View, { t, w }: Words) {
  if (work.length === 0) return w('barriers.work.none');
  return work
    .map((task) => {
      const name = nameOf(task.owner?.reference, view.people, view.me, t);
      return `${name}: ${titleOf(task, t)} · ${t(`status.${task.status}`)}`;
    })
    .join('; ');
}
