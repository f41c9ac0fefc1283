// Everything that happened, the newest first, by day; narrowed to a kind, and read further back page by page.
// https://www.w3.org/WAI/ARIA/apg/patterns/button/
import { Button } from '@mantine/core';
import { type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  byDay,
  type Happening,
  KINDS,
  type Kind,
  readTimeline,
  type TimelinePage,
} from '../../../fhir/happenings.ts';
import { useLanguage } from '../../../locales/index.tsx';
import { Icon, type IconName } from '../../../ui/icons.tsx';
import { Refusal } from '../../../ui/refusal.tsx';
import { sentenceOf } from '../../../ui/sentence.ts';
import { timeOf } from '../../../ui/time.ts';
import type { View } from '../view.ts';
import { happeningSaid } from './happening.ts';
import { Empty, Panel, useFrame } from './panel.tsx';
import classes from './timeline.module.css';
import { useWords } from './words.ts';

type Reading = UseInfiniteQueryResult<{ pages: TimelinePage[] }>;

export function Timeline({ view }: { view: View }) {
  const { client, patient } = view;
  const frame = useFrame();
  const reading: Reading = useInfiniteQuery({
    queryKey: ['record', patient, 'panel', 'timeline'],
    queryFn: ({ pageParam }) => readTimeline(client, patient, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }: TimelinePage) => next,
    enabled: frame.isOpen && frame.isNear,
  });
  const { data, error, refetch } = reading;
  return (
    <div className={classes.across}>
      <Panel name="timeline" frame={frame} query={{ data: data?.pages, error, refetch }}>
        {(pages) => <Pages pages={pages} view={view} reading={reading} />}
      </Panel>
    </div>
  );
}

interface PagesProps {
  pages: readonly TimelinePage[];
  view: View;
  reading: Reading;
}

function Pages({ pages, view, reading }: PagesProps) {
  const { w, t, ...language } = useWords();
  const [kind, setKind] = useState<Kind>();
  const all = pages.flatMap(({ happenings }) => happenings);
  if (all.length === 0) return <Empty sentence={w('timeline.empty')} />;
  const shown = kind ? all.filter((one) => one.kind === kind) : all;
  const { error, hasNextPage, isFetchingNextPage, fetchNextPage } = reading;
  return (
    <>
      <Filter kind={kind} onKind={setKind} />
      {shown.length === 0 && <p className={classes.quiet}>{w('timeline.nothing')}</p>}
      <div className={classes.days}>
        {byDay(shown).map(([day, list]) => (
          <Day key={day.toDateString()} day={day} list={list} now={view.now} />
        ))}
      </div>
      {error && <Refusal sentence={sentenceOf(error, { t, ...language })} />}
      {hasNextPage ? (
        <Button variant="default" aria-busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {w('timeline.more')}
        </Button>
      ) : (
        <p className={classes.quiet}>{w('timeline.end')}</p>
      )}
    </>
  );
}

function Filter({ kind, onKind }: { kind: Kind | undefined; onKind: (kind: Kind | undefined) => void }) {
  const { w } = useWords();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields, these are filters
    <div role="group" aria-label={w('timeline.filter')} className={classes.filter}>
      {[undefined, ...KINDS].map((one) => (
        <button key={one ?? 'all'} type="button" aria-pressed={kind === one} onClick={() => onKind(one)}>
          {one ? w(`kind.${one}`) : w('timeline.all')}
        </button>
      ))}
    </div>
  );
}

/** Work that is not done has the icon of open work. */
const iconOf = ({ kind, status }: Happening): IconName =>
  kind === 'work' && !['completed', 'final', 'amended'].includes(status ?? '') ? 'open' : ICONS[kind];

const ICONS: Readonly<Record<Kind, IconName>> = {
  work: 'done',
  visit: 'soon',
  contact: 'contact',
  order: 'passed',
  document: 'document',
  barrier: 'warning',
  plan: 'flag',
};

function Day({ day, list, now }: { day: Date; list: readonly Happening[]; now: Date }) {
  const { locale } = useLanguage();
  const words = useWords();
  const name = new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(day.getFullYear() !== now.getFullYear() && { year: 'numeric' }),
  }).format(day);
  return (
    <section className={classes.day}>
      <h3>
        {name} {day > now && <span className={classes.planned}>{words.w('timeline.planned')}</span>}
      </h3>
      <ul>
        {list.map((one) => {
          const { thing, what, detail } = happeningSaid(one, words);
          return (
            <li key={`${one.resource.resourceType}/${one.resource.id}`}>
              <time dateTime={one.at.toISOString()}>{one.wholeDay ? '' : timeOf(one.at, locale)}</time>
              <Icon name={iconOf(one)} />
              <div>
                <p>
                  <span className={classes.thing}>{thing}</span> {what}
                </p>
                {detail && <p className={classes.detail}>{detail}</p>}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
