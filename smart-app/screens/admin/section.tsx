// A section of administration: its heading, what it is for, what can be done, what was just done, and its list in every state.
// https://www.w3.org/WAI/WCAG22/Understanding/status-messages.html
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLanguage } from '../../locales/index.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import classes from './admin.module.css';
import { Shape } from './shape.tsx';
import type { Dialogs } from './use-dialogs.tsx';

interface SectionProps {
  title: string;
  /** One sentence: what is kept here and when it holds. */
  lead: string;
  dialogs: Dialogs;
  /** Buttons of the whole section. */
  actions?: ReactNode;
  /** It may take the whole width of a large screen. */
  isWide?: boolean;
  children: ReactNode;
}

export function Section({ title, lead, dialogs, actions, isWide = false, children }: SectionProps) {
  return (
    <section
      className={isWide ? `${classes.section} ${classes.wide}` : classes.section}
      aria-labelledby="section-title"
    >
      <div className={classes.head}>
        <h2 id="section-title" ref={dialogs.heading} tabIndex={-1}>
          {title}
        </h2>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      <p className={classes.lead}>{lead}</p>
      {dialogs.did && (
        <p className={classes.did}>
          <Icon name="done" /> {dialogs.did}
        </p>
      )}
      {children}
      {dialogs.shown}
    </section>
  );
}

interface ListingProps<T> {
  query: { data: readonly T[] | undefined; error: Error | null; refetch: () => unknown };
  /** What will appear here and when. */
  empty: string;
  children: (rows: readonly T[]) => ReactNode;
}

/** A list as its query stands: on its way, failed, empty, or there; what was read before stays when a later look fails. */
export function Listing<T>({ query, empty, children }: ListingProps<T>) {
  const language = useLanguage();
  const { data, error } = query;
  return (
    <>
      {error && (
        <div className={classes.failed}>
          <Refusal sentence={sentenceOf(error, language)} />
          <Button variant="default" onClick={() => query.refetch()}>
            {language.t('error.retry')}
          </Button>
        </div>
      )}
      {!error && !data && <Shape />}
      {data?.length === 0 && <p className={classes.empty}>{empty}</p>}
      {data && data.length > 0 && children(data)}
    </>
  );
}
