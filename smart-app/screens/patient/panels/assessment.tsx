// The person-centred assessment: the star beside its table, and the person's own words, strengths and what matters next.
// https://hl7.org/fhir/R4/questionnaireresponse.html
import { Button } from '@mantine/core';
import { useActions } from '../../../actions/index.tsx';
import { readAssessments, type Side, type Star } from '../../../fhir/axes.ts';
import { dayOf } from '../../../ui/time.ts';
import { personSaid } from '../../../ui/words.ts';
import type { View } from '../view.ts';
import { Empty, Facts, Panel, useFrame, usePanelQuery } from './panel.tsx';
import classes from './star.module.css';
import { StarPicture } from './star.tsx';
import { useWords } from './words.ts';

export function Assessment({ view }: { view: View }) {
  const frame = useFrame();
  const query = usePanelQuery(view, 'star', frame, readAssessments);
  return (
    <Panel name="star" frame={frame} query={query}>
      {({ now, before }) => (now ? <Whole now={now} before={before} /> : <Nothing patient={view.patient} />)}
    </Panel>
  );
}

function Nothing({ patient }: { patient: string }) {
  const { w } = useWords();
  const { act } = useActions();
  return (
    <Empty sentence={w('star.empty')}>
      <Button variant="default" onClick={() => act('screen', { patient })}>
        {w('star.screen')}
      </Button>
    </Empty>
  );
}

function Whole({ now, before }: { now: Star; before: Star | undefined }) {
  const { w, t, locale } = useWords();
  const when = now.at ? dayOf(now.at, locale) : '';
  return (
    <>
      <p className={classes.meta}>
        {now.by ? w('star.by', { name: personSaid(now.by, t), when }) : w('star.when', { when })}
        {before?.at && ` · ${w('star.dashed', { when: dayOf(before.at, locale) })}`}
      </p>
      <div className={classes.beside}>
        <StarPicture now={now.sides} before={before?.sides} />
        <HowHard now={now.sides} before={before?.sides} />
      </div>
      {now.sides.filter(hasWords).map((side) => (
        <section key={side.axis} className={classes.side}>
          <h3>{w(`axis.${side.axis}`)}</h3>
          {side.words && <blockquote aria-label={w('star.words')}>{side.words}</blockquote>}
          <Facts
            facts={[
              [w('star.strengths'), side.strengths],
              [w('star.next'), side.next],
            ]}
          />
        </section>
      ))}
    </>
  );
}

const hasWords = ({ words, strengths, next }: Side): boolean => Boolean(words ?? strengths ?? next);

function HowHard({ now, before }: { now: readonly Side[]; before: readonly Side[] | undefined }) {
  const { w } = useWords();
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{w('star.side')}</th>
          <th scope="col">{w('star.now')}</th>
          {before && <th scope="col">{w('star.before')}</th>}
        </tr>
      </thead>
      <tbody>
        {now.map(({ axis, hard }, place) => (
          <tr key={axis}>
            <th scope="row">{w(`axis.${axis}`)}</th>
            <td>{hard ?? w('star.unsaid')}</td>
            {before && <td>{before[place]?.hard ?? w('star.unsaid')}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
