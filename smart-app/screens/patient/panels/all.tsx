// The panels in two columns where there is room, one below the other where there is not, the timeline across both.
// https://www.w3.org/WAI/ARIA/apg/patterns/accordion/
import type { View } from '../view.ts';
import { Assessment } from './assessment.tsx';
import { Barriers } from './barriers.tsx';
import classes from './panels.module.css';
import { PlanAndGoals } from './plan.tsx';
import { TeamPanel } from './team.tsx';
import { Timeline } from './timeline.tsx';
import { VisitsPanel } from './visits.tsx';
import { useWords } from './words.ts';

export default function AllPanels({ view }: { view: View }) {
  const { w } = useWords();
  // A patient of their own panels: what was opened or asked for does not outlive the patient.
  return (
    <section key={view.patient} className={classes.panels} aria-label={w('label')}>
      <div className={classes.column}>
        <Barriers view={view} />
        <VisitsPanel view={view} />
        <TeamPanel view={view} />
      </div>
      <div className={`${classes.column} ${classes.second}`}>
        <PlanAndGoals view={view} />
        <Assessment view={view} />
      </div>
      <Timeline view={view} />
    </section>
  );
}
