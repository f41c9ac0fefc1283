// One lane of open work, the most pressing first.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import type { Lane } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Boundary } from '../../ui/boundary.tsx';
import { titleOf } from '../../ui/words.ts';
import classes from './lane.module.css';
import { TaskRow } from './task-row.tsx';
import type { View } from './view.ts';

interface LaneProps {
  lane: Lane;
  tasks: readonly Task[];
  view: View;
  filtered: boolean;
  /** The heading stands in a tab already. */
  untitled?: boolean;
}

export function LanePanel({ lane, tasks, view, filtered, untitled }: LaneProps) {
  const { t } = useLanguage();
  return (
    <section className={classes.lane} aria-label={t(`lane.${lane}`)} data-lane={lane}>
      {!untitled && (
        <h2 className={classes.head}>
          {t(`lane.${lane}`)} <span>{tasks.length}</span>
        </h2>
      )}
      {tasks.length === 0 ? (
        <p className={classes.empty}>{t(filtered ? 'lane.empty.filter' : `lane.empty.${lane}`)}</p>
      ) : (
        <ul>
          {tasks.map((task) => (
            <Boundary key={task.id} of={task} as="li" name={titleOf(task, t)}>
              <TaskRow task={task} view={view} />
            </Boundary>
          ))}
        </ul>
      )}
    </section>
  );
}
