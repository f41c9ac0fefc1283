// The eight-second line: how much is late, how much waits for me, how much is done; each a filter.
// https://www.w3.org/WAI/ARIA/apg/patterns/button/
import type { RefObject } from 'react';
import { useLanguage } from '../../locales/index.tsx';
import type { Key } from '../../locales/text.ts';
import { Icon, type IconName } from '../../ui/icons.tsx';
import classes from './glance.module.css';

export type Filter = 'late' | 'mine' | 'done';

/** How many; `more` where not all were counted. */
export interface Count {
  n: number;
  more: boolean;
}

const ITEMS: readonly { filter: Filter; icon: IconName; word: Key }[] = [
  { filter: 'late', icon: 'late', word: 'glance.late' },
  { filter: 'mine', icon: 'mine', word: 'glance.mine' },
  { filter: 'done', icon: 'done', word: 'glance.done' },
];

interface GlanceProps {
  counts: Readonly<Record<Filter, Count>>;
  filter: Filter | undefined;
  onFilter: (filter: Filter | undefined) => void;
  /** Focus comes here when the row that had it is gone. */
  home: RefObject<HTMLDivElement | null>;
}

export function Glance({ counts, filter, onFilter, home }: GlanceProps) {
  const { t } = useLanguage();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields, these are filters
    <div className={classes.line} role="group" aria-label={t('glance.label')} tabIndex={-1} ref={home}>
      {ITEMS.map(({ filter: own, icon, word }) => {
        const count = counts[own];
        return (
          <button
            key={own}
            type="button"
            className={classes.item}
            data-filter={own}
            data-some={count.n > 0 || undefined}
            aria-pressed={filter === own}
            onClick={() => onFilter(filter === own ? undefined : own)}
          >
            <Icon name={icon} />
            <b>{`${count.n}${count.more ? '+' : ''}`}</b> {t(word, { count: count.n })}
          </button>
        );
      })}
      {filter && (
        <button type="button" className={classes.all} onClick={() => onFilter(undefined)}>
          {t('glance.all')}
        </button>
      )}
    </div>
  );
}
