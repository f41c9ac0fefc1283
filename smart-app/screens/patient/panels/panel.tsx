// One panel: a heading that opens and closes it, and below it what was read, why it was not, or the shape of what comes.
// https://www.w3.org/WAI/ARIA/apg/patterns/accordion/
import { Button, Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, type RefObject, useEffect, useId, useState } from 'react';
import { useApp } from '../../../context.tsx';
import type { Client } from '../../../fhir/client.ts';
import { FhirFailure } from '../../../fhir/failure.ts';
import { knownKey } from '../../../locales/text.ts';
import { Icon, type IconName } from '../../../ui/icons.tsx';
import { Refusal } from '../../../ui/refusal.tsx';
import { sentenceOf } from '../../../ui/sentence.ts';
import type { View } from '../view.ts';
import classes from './panels.module.css';
import { useSeen } from './use-seen.ts';
import { useWords, type Word } from './words.ts';

const SLOW_AFTER = 3000;

/** What a panel shows of a query. */
export interface PanelQuery<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** Whether a panel is open, and whether somebody is near enough to it for its data to be read. */
export interface Frame {
  readonly ref: RefObject<HTMLElement | null>;
  readonly isOpen: boolean;
  readonly isNear: boolean;
  readonly setOpen: (open: boolean) => void;
}

/** @param first opens by itself also where there is little room */
export function useFrame(first = false): Frame {
  const wide = useMediaQuery('(min-width: 860px)', true, { getInitialValueInEffect: false });
  const [chosen, setOpen] = useState<boolean>();
  const [ref, isNear] = useSeen<HTMLElement>();
  return { ref, isOpen: chosen ?? (first || wide), isNear, setOpen };
}

/** Reads what a panel shows, once it is open and near. */
export function usePanelQuery<T>(
  { client, patient }: Pick<View, 'client' | 'patient'>,
  name: string,
  { isOpen, isNear }: Frame,
  read: (client: Client, patient: string, now: Date) => Promise<T>,
): PanelQuery<T> {
  return useQuery<T>({
    queryKey: ['record', patient, 'panel', name],
    queryFn: () => read(client, patient, new Date()),
    enabled: isOpen && isNear,
  });
}

interface PanelProps<T> {
  /** Its heading, and the beginning of its texts. */
  readonly name: Word;
  readonly frame: Frame;
  readonly query: PanelQuery<T>;
  /** How many things there are, for the heading. */
  readonly countOf?: (data: T) => number;
  readonly children: (data: T) => ReactNode;
}

export function Panel<T>({ name, frame, query, countOf, children }: PanelProps<T>) {
  const { w } = useWords();
  const { ref, isOpen, isNear, setOpen } = frame;
  const id = useId();
  const count = query.data !== undefined && countOf ? countOf(query.data) : 0;
  return (
    <section ref={ref} className={classes.panel} aria-labelledby={`${id}-name`} data-panel={name}>
      <h2>
        <button
          type="button"
          className={classes.head}
          aria-expanded={isOpen}
          aria-controls={`${id}-body`}
          onClick={() => setOpen(!isOpen)}
        >
          <span className={classes.mark}>
            <Icon name="down" />
          </span>
          <span id={`${id}-name`}>{w(name)}</span>{' '}
          {count > 0 && <span className={classes.count}>{count}</span>}
        </button>
      </h2>
      <div id={`${id}-body`} className={classes.body} hidden={!isOpen}>
        {isOpen && (
          <Body query={query} isNear={isNear}>
            {children}
          </Body>
        )}
      </div>
    </section>
  );
}

type BodyProps<T> = Pick<PanelProps<T>, 'query' | 'children'> & Pick<Frame, 'isNear'>;

function Body<T>({ query, isNear, children }: BodyProps<T>) {
  const language = useWords();
  const { data, error, refetch } = query;
  if (data !== undefined) return children(data);
  if (!error) return <Loading isNear={isNear} />;
  // What somebody may not see is no fault: it is said, and no second try would help.
  if (error instanceof FhirFailure && error.status === 403) return <MayNot error={error} />;
  return (
    <>
      <Refusal sentence={sentenceOf(error, language)} />
      <Button variant="default" onClick={() => void refetch()}>
        {language.t('error.retry')}
      </Button>
    </>
  );
}

/** Who may not see it: the role, where that is why, else as the server says it. */
function MayNot({ error }: { error: FhirFailure }) {
  const { w, t, ...language } = useWords();
  const { user } = useApp();
  const role = knownKey(`role.${user?.role}`);
  const byRole = error.issues.some(({ details }) =>
    details?.coding?.some(({ code }) => code === 'scope-of-practice'),
  );
  return (
    <p className={classes.quiet}>
      <Icon name="closed" />{' '}
      {byRole && role ? w('mayNot', { role: t(role) }) : sentenceOf(error, { t, ...language })}
    </p>
  );
}

/** @param isNear it is being read: nobody waits for what is not asked for yet */
function Loading({ isNear }: Pick<Frame, 'isNear'>) {
  const { w } = useWords();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!isNear) return;
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER);
    return () => clearTimeout(timer);
  }, [isNear]);
  return (
    <div className={classes.loading} aria-busy={isNear}>
      <p className={slow ? classes.quiet : 'visually-hidden'}>{w(slow ? 'slow' : 'loading')}</p>
      <Skeleton height={40} radius={6} />
      <Skeleton height={40} radius={6} />
    </div>
  );
}

/** What will appear here, and when. */
export function Empty({ sentence, children }: { sentence: string; children?: ReactNode }) {
  return (
    <>
      <p className={classes.quiet}>{sentence}</p>
      {children}
    </>
  );
}

/** Facts as pairs; those without a fact are left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  const known = facts.filter(([, fact]) => fact);
  if (known.length === 0) return null;
  return (
    <dl className={classes.facts}>
      {known.map(([name, fact]) => (
        <div key={name} className={classes.fact}>
          <dt>{name}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The icon of a row. */
export function Mark({ name }: { name: IconName }) {
  return (
    <span className={classes.icon}>
      <Icon name={name} />
    </span>
  );
}
