// The comparison without a map: a table that can be sorted, with bars for distance and cost; a list of cards where it is narrow.
// https://www.w3.org/WAI/ARIA/apg/patterns/table/examples/sortable-table/
import type { Money } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { type Option, savingOf } from '../../fhir/network.ts';
import { Icon } from '../../ui/icons.tsx';
import { exactly, saidOf } from '../../ui/time.ts';
import { languageName } from '../book/language.ts';
import { COLUMNS, type Column, type First, nextSort, type Sort, sorted } from './compare.ts';
import classes from './network.module.css';
import { useWords } from './words.ts';

/** Name of the field. */
export const CHOICE = 'Task.output';

interface TableProps {
  options: readonly Option[];
  firstOf: (option: Option) => First;
  /** What the plan pays without its networks. */
  reference: Money | undefined;
  /** Code of the patient's language, which is marked. */
  language: string | undefined;
  value: string;
  onChange: (key: string) => void;
  problem: string | undefined;
}

const money = (value: number, currency: string, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 0 }).format(value);

const miles = (value: number, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit: 'mile', maximumFractionDigits: 1 }).format(value);

export function OptionsTable(props: TableProps) {
  const { options, firstOf, reference, value, onChange, problem } = props;
  const { w, locale } = useWords();
  const [sort, setSort] = useState<Sort>();
  const most = (of: (option: Option) => number | undefined) =>
    Math.max(0, ...options.map((one) => of(one) ?? 0));
  const longest = { distance: most(({ distance }) => distance), amount: most(({ amount }) => amount?.value) };
  return (
    <div className={classes.options}>
      {problem && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
      <table aria-label={w('table')} className={classes.table}>
        <thead>
          <tr data-label={w('sortBy')}>
            {COLUMNS.map((column) => (
              <Head key={column} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(options, sort, firstOf).map((option) => (
            <tr key={option.key} data-chosen={option.key === value || undefined}>
              <th scope="row">
                <Name option={option} chosen={option.key === value} onChange={onChange} />
              </th>
              <Cell column="tier">
                <span data-tier={option.tier}>{w(`tier.${option.tier}`)}</span>
              </Cell>
              <Cell column="distance">
                {option.distance === undefined ? (
                  <Unknown>{w('distance.none')}</Unknown>
                ) : (
                  <Bar part={option.distance} whole={longest.distance}>
                    {miles(option.distance, locale)}
                  </Bar>
                )}
              </Cell>
              <Cell column="accepting">{w(`accepting.${option.accepting ?? 'unknown'}`)}</Cell>
              <Cell column="languages">
                <Languages {...props} option={option} />
              </Cell>
              <Cell column="first">
                <FirstFree first={firstOf(option)} />
              </Cell>
              <Cell column="amount">
                <Amount option={option} reference={reference} longest={longest.amount} />
              </Cell>
            </tr>
          ))}
        </tbody>
      </table>
      {reference?.value !== undefined && (
        <p className={classes.hint}>
          {w('saving.hint', { amount: money(reference.value, reference.currency ?? 'USD', locale) })}
        </p>
      )}
    </div>
  );
}

function Head({ column, sort, onSort }: { column: Column; sort: Sort; onSort: (sort: Sort) => void }) {
  const { w } = useWords();
  const isSorted = sort?.by === column;
  const name = w(`column.${column}`);
  return (
    <th scope="col" aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
      <button
        type="button"
        title={w('sort', { column: name })}
        onClick={() => onSort(nextSort(sort, column))}
      >
        {name}
        <span aria-hidden="true">{isSorted ? (sort.descending ? ' ▾' : ' ▴') : ''}</span>
      </button>
    </th>
  );
}

function Cell({ column, children }: { column: Column; children: ReactNode }) {
  const { w } = useWords();
  return <td data-label={w(`column.${column}`)}>{children}</td>;
}

function Name({
  option,
  chosen,
  onChange,
}: {
  option: Option;
  chosen: boolean;
  onChange: (key: string) => void;
}) {
  const { key, name, providerName, address } = option;
  return (
    <label className={classes.name}>
      <input
        type="radio"
        name={CHOICE}
        value={key}
        checked={chosen}
        onChange={() => onChange(key)}
        data-autofocus={chosen || undefined}
      />
      <span>
        <span className={classes.strong}>{providerName ?? name}</span>
        <span className={`${classes.hint} ${classes.line}`}>
          {[providerName && name, address].filter(Boolean).join(' · ')}
        </span>
      </span>
    </label>
  );
}

const Unknown = ({ children }: { children: ReactNode }) => <span className={classes.hint}>{children}</span>;

/** A number with a bar under it, as long as its part of the largest one. */
function Bar({ part, whole, children }: { part: number; whole: number; children: ReactNode }) {
  return (
    <span className={classes.bar}>
      {children}
      <span aria-hidden="true" className={classes.rail}>
        <span style={{ inlineSize: `${whole ? Math.max(2, (100 * part) / whole) : 0}%` }} />
      </span>
    </span>
  );
}

function Languages({ option, language }: Pick<TableProps, 'language'> & { option: Option }) {
  const { w, locale } = useWords();
  if (!option.languages.length) return <Unknown>{w('languages.none')}</Unknown>;
  const speaks = language && option.languages.some((one) => one.split('-')[0] === language.split('-')[0]);
  return (
    <span data-speaks={speaks || undefined}>
      {speaks && <Icon name="done" />}{' '}
      {option.languages.map((code) => languageName({ coding: [{ code }] }, locale)).join(', ')}
    </span>
  );
}

function FirstFree({ first }: { first: First }) {
  const { w, t, locale } = useWords();
  if (first.state === 'reading') return <Unknown>{t('app.loading')}</Unknown>;
  if (first.state !== 'free')
    return <Unknown>{w(first.state === 'none' ? 'first.none' : 'first.ask')}</Unknown>;
  const start = new Date(first.start);
  return (
    <time dateTime={first.start} title={exactly(start, locale)}>
      {saidOf(start, new Date(), locale)}
    </time>
  );
}

interface AmountProps {
  option: Option;
  reference: Money | undefined;
  longest: number;
}

function Amount({ option: { amount }, reference, longest }: AmountProps) {
  const { w, locale } = useWords();
  if (amount?.value === undefined) return <Unknown>{w('amount.none')}</Unknown>;
  const currency = amount.currency ?? 'USD';
  const saving = savingOf(amount, reference);
  return (
    <Bar part={amount.value} whole={longest}>
      {money(amount.value, currency, locale)}
      {saving !== undefined && saving !== 0 && (
        <span className={classes.saving} data-more={saving < 0 || undefined}>
          {w(saving > 0 ? 'saving.less' : 'saving.more', {
            amount: money(Math.abs(saving), currency, locale),
          })}
        </span>
      )}
    </Bar>
  );
}
