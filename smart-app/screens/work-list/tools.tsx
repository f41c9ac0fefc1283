// What narrows and orders the list: words at once, the rest behind a button.
// https://www.w3.org/WAI/ARIA/apg/patterns/disclosure/
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type RefObject, useState } from 'react';
import { FORK_NAMES, STAGES } from '../../fhir/referral.ts';
import type { Lane } from '../../fhir/task.ts';
import { COLUMNS, type ColumnName, countOf, type Filter, type Look } from './filter.ts';
import { TIERS, type Tier } from './row.ts';
import { useWords } from './words.ts';
import classes from './work-list.module.css';

interface ToolsProps {
  readonly look: Look;
  readonly onLook: (look: Look) => void;
  /** Rows are blocks without a head to sort by. */
  readonly blocks: boolean;
  readonly onKeys: () => void;
  readonly input: RefObject<HTMLInputElement | null>;
}

const LANES: readonly Lane[] = ['navigation', 'coordination'];

/** The filter without a part, or with another value of it. */
function changed<K extends keyof Filter>(filter: Filter, name: K, value: Filter[K] | undefined): Filter {
  const { [name]: _before, ...others } = filter;
  return value ? { ...others, [name]: value } : others;
}

export function Tools({ look, onLook, blocks, onKeys, input }: ToolsProps) {
  const { w } = useWords();
  const [more, setMore] = useState(false);
  const { filter } = look;
  const set = <K extends keyof Filter>(name: K, value: Filter[K] | undefined) =>
    onLook({ ...look, filter: changed(filter, name, value) });
  const count = countOf(filter);
  return (
    <search className={classes.tools}>
      <TextInput
        ref={input}
        type="search"
        aria-label={w('filter')}
        placeholder={w('filter.hint')}
        value={filter.text ?? ''}
        onChange={(event) => set('text', event.currentTarget.value)}
      />
      <Button variant="default" aria-expanded={more} onClick={() => setMore(!more)}>
        {count ? w('filter.more-set', { count }) : w('filter.more')}
      </Button>
      {blocks && <SortChoice look={look} onLook={onLook} />}
      <Button variant="subtle" onClick={onKeys}>
        {w('keys')}
      </Button>
      {more && <MoreFilters filter={filter} set={set} />}
    </search>
  );
}

function SortChoice({ look, onLook }: Pick<ToolsProps, 'look' | 'onLook'>) {
  const { w } = useWords();
  return (
    <NativeSelect
      aria-label={w('sort')}
      value={look.sort.id}
      data={COLUMNS.map((value) => ({ value, label: `${w('sort')}: ${w(`column.${value}`)}` }))}
      onChange={(event) =>
        onLook({ ...look, sort: { id: event.currentTarget.value as ColumnName, desc: false } })
      }
    />
  );
}

interface MoreFiltersProps {
  readonly filter: Filter;
  readonly set: <K extends keyof Filter>(name: K, value: Filter[K] | undefined) => void;
}

function MoreFilters({ filter, set }: MoreFiltersProps) {
  const { w, t } = useWords();
  const any = { value: '', label: w('filter.any') };
  return (
    <div className={classes.moreFilters}>
      <NativeSelect
        label={w('filter.lane')}
        value={filter.lane ?? ''}
        data={[any, ...LANES.map((value) => ({ value, label: t(`lane.${value}`) }))]}
        onChange={(event) => set('lane', (event.currentTarget.value || undefined) as Lane | undefined)}
      />
      <NativeSelect
        label={w('filter.tier')}
        value={filter.tier ?? ''}
        data={[any, ...TIERS.map((value) => ({ value, label: w(`tier.${value}`) }))]}
        onChange={(event) => set('tier', (event.currentTarget.value || undefined) as Tier | undefined)}
      />
      <NativeSelect
        label={w('column.stage')}
        value={filter.stage ?? ''}
        data={[
          any,
          ...STAGES.map((value) => ({ value, label: t(`stage.${value}`) })),
          ...FORK_NAMES.map((value) => ({ value, label: t(`fork.${value}`) })),
        ]}
        onChange={(event) => set('stage', (event.currentTarget.value || undefined) as Filter['stage'])}
      />
      {(['urgent', 'flagged'] as const).map((name) => (
        <label key={name} className={classes.tick}>
          <input
            type="checkbox"
            checked={filter[name] ?? false}
            onChange={(event) => set(name, event.currentTarget.checked ? true : undefined)}
          />
          {w(`filter.${name}`)}
        </label>
      ))}
    </div>
  );
}
