// The team's figures: what is open and how old, promises kept, referrals, barriers, the network with its savings, and minutes.
// https://hl7.org/fhir/R4/operations.html
import { Button, NativeSelect } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { TeamFigures } from '../../fhir/figures.ts';
import { SessionEnded } from '../../smart/session.ts';
import { useSay } from '../../ui/live.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { dayOf, timeOf } from '../../ui/time.ts';
import { Problem } from '../problem/index.tsx';
import { barriersCard } from './barriers.ts';
import { CardView } from './card-view.tsx';
import { clocksCard } from './clocks.ts';
import { Columns } from './columns.tsx';
import { Filters } from './filters.tsx';
import { Headline } from './headline.tsx';
import { minutesCard } from './minutes.ts';
import { networkCard } from './network.ts';
import { GROUPINGS, type Grouping, openCard } from './open-work.ts';
import { referralsCard } from './referrals.ts';
import { savingsCard } from './savings.ts';
import { Shapes } from './shapes.tsx';
import classes from './team.module.css';
import { useAsked, useFigures } from './use-figures.ts';
import { useWords } from './words.ts';

export default function TeamScreen() {
  const words = useWords();
  const { w, locale } = words;
  const [asked, ask] = useAsked();
  const { data, error, isFetching, isPlaceholderData, refetch } = useFigures(asked);
  useSaid(isPlaceholderData ? undefined : data);
  if (error instanceof SessionEnded) return <Problem sentence="problem.ended" />;
  return (
    <main className={classes.screen}>
      <div className={classes.standing}>
        <h2>{w('title')}</h2>
        {data && <p>{w('counted', { when: timeOf(new Date(data.at), locale) })}</p>}
        <Button variant="default" aria-busy={isFetching} onClick={() => !isFetching && void refetch()}>
          {w('again')}
        </Button>
      </div>
      <Filters asked={asked} onAsk={ask} start={data?.start} end={data?.end} />
      {error && (
        <div className={classes.note}>
          <Refusal sentence={sentenceOf(error, words)} />
          {data && <p>{w('stale', { when: timeOf(new Date(data.at), locale) })}</p>}
        </div>
      )}
      {!data && !error && <Shapes />}
      {data && (
        <div aria-busy={isPlaceholderData && isFetching} className={classes.figures}>
          <Told figures={data} />
          <Headline figures={data} />
          <Cards figures={data} isWhole={asked.organization === undefined} />
        </div>
      )}
    </main>
  );
}

/** Says that other figures are there, to those who do not see them come. */
function useSaid(figures: TeamFigures | undefined): void {
  const { w, locale } = useWords();
  const say = useSay();
  const before = useRef<TeamFigures>(undefined);
  useEffect(() => {
    if (!figures || figures === before.current) return;
    if (before.current)
      say(w('said.new', { start: dayOf(figures.start, locale), end: dayOf(figures.end, locale) }));
    before.current = figures;
  }, [figures, w, locale, say]);
}

function Told({ figures: { start, end, timeZone } }: { figures: TeamFigures }) {
  const { w, locale } = useWords();
  const zone = timeZone.replaceAll('_', ' ');
  return (
    <p className={classes.quiet}>
      {w('told', { start: dayOf(start, locale), end: dayOf(end, locale), zone })} {w('lead')}
    </p>
  );
}

function Cards({ figures, isWhole }: { figures: TeamFigures; isWhole: boolean }) {
  const words = useWords();
  const { w } = words;
  const [by, setBy] = useState<Grouping>('stage');
  const { start, end } = figures;
  const choice = (
    <NativeSelect
      className={classes.choice}
      aria-label={w('open.by')}
      value={by}
      data={GROUPINGS.map((value) => ({ value, label: `${w('open.by')}: ${w(`open.by.${value}`)}` }))}
      onChange={(event) => setBy(event.currentTarget.value as Grouping)}
    />
  );
  const cards = [
    openCard(figures, by, isWhole, words),
    ...[clocksCard, referralsCard, barriersCard, networkCard, savingsCard, minutesCard].map((cardOf) =>
      cardOf(figures, words),
    ),
  ];
  return (
    <Columns>
      {cards.map((card) => (
        <CardView
          key={card.name}
          card={card}
          start={start}
          end={end}
          choice={card.name === 'open' && choice}
        />
      ))}
    </Columns>
  );
}
