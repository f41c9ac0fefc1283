// The care plan: phase, who leads, what it is about, and the goals with their targets and how far they have come.
// https://hl7.org/fhir/R4/careplan.html
import { type Plan, type PlanGoal, type Plans, readPlans } from '../../../fhir/plans.ts';
import type { IconName } from '../../../ui/icons.tsx';
import { dayOf } from '../../../ui/time.ts';
import { personSaid } from '../../../ui/words.ts';
import type { View } from '../view.ts';
import { Empty, Facts, Mark, Panel, useFrame, usePanelQuery } from './panel.tsx';
import classes from './panels.module.css';
import { knownWord, useWords } from './words.ts';

export function PlanAndGoals({ view }: { view: View }) {
  const frame = useFrame();
  const query = usePanelQuery(view, 'plan', frame, readPlans);
  return (
    <Panel name="plan" frame={frame} query={query}>
      {(plans) => <Whole plans={plans} />}
    </Panel>
  );
}

function Whole({ plans: { plans, others } }: { plans: Plans }) {
  const { w } = useWords();
  if (plans.length + others.length === 0) return <Empty sentence={w('plan.empty')} />;
  return (
    <>
      {plans.map((one) => (
        <OnePlan key={one.plan.id} one={one} />
      ))}
      {others.length > 0 && (
        <>
          <h3 className={classes.sub}>{w(plans.length ? 'plan.goals.others' : 'plan.goals')}</h3>
          <Goals goals={others} />
        </>
      )}
    </>
  );
}

function OnePlan({ one: { plan, phase, lead, about, goals } }: { one: Plan }) {
  const { w, t, locale } = useWords();
  const phaseWord = knownWord(`phase.${phase}`);
  const status = knownWord(`plan.status.${plan.status}`);
  const isOver = plan.status === 'completed' || plan.status === 'revoked';
  const start = plan.period?.start ?? plan.created;
  return (
    <article className={classes.plan}>
      <h3>
        {plan.title ?? w('plan.unnamed')}{' '}
        {status && plan.status !== 'active' && <span className={classes.tag}>{w(status)}</span>}
      </h3>
      {plan.description && <p>{plan.description}</p>}
      <Facts
        facts={[
          [w('phase'), phaseWord && w(phaseWord)],
          [w('plan.lead'), lead && personSaid(lead, t)],
          [w('plan.since'), start && dayOf(start, locale)],
          [
            w('plan.about'),
            about
              .map(({ text, isBarrier }) => (isBarrier ? `${text} (${w('plan.barrier')})` : text))
              .join('; '),
          ],
        ]}
      />
      {!isOver && (
        <>
          <h4 className={classes.sub}>{w('plan.goals')}</h4>
          {goals.length === 0 ? (
            <p className={classes.quiet}>{w('plan.goals.empty')}</p>
          ) : (
            <Goals goals={goals} />
          )}
        </>
      )}
    </article>
  );
}

const ICONS: Readonly<Record<string, IconName>> = {
  achieved: 'done',
  sustaining: 'done',
  completed: 'done',
  'not-achieved': 'fork',
  'not-attainable': 'fork',
  worsening: 'warning',
  'on-hold': 'held',
  cancelled: 'fork',
};

function Goals({ goals }: { goals: readonly PlanGoal[] }) {
  const { w, locale } = useWords();
  return (
    <ul className={classes.rows}>
      {goals.map(({ goal, achievement, due, target, own }) => {
        const word = knownWord(`goal.${achievement}`);
        const facts = [
          word ? w(word) : achievement,
          due && w('plan.due', { when: dayOf(due, locale) }),
          target,
          own && w('plan.own'),
        ];
        return (
          <li key={goal.id} className={classes.row}>
            <Mark name={ICONS[achievement] ?? 'open'} />
            <div className={classes.text}>
              <p>{goal.description.text}</p>
              <p className={classes.meta}>{facts.filter(Boolean).join(' · ')}</p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
