// Rate tables: what a service costs at each provider of a network, and without the network, from when to when.
// docs/network.md
import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApp } from '../../../context.tsx';
import { dayOf } from '../../../ui/time.ts';
import classes from '../admin.module.css';
import { Listing, Section } from '../section.tsx';
import { type Dialogs, useDialogs } from '../use-dialogs.tsx';
import { useWords as useShared } from '../words.ts';
import { RatesForm } from './form.tsx';
import { isBasis, type Keeper, nameOf, networksOf, readTables, tierOf, typedOf } from './tables.ts';
import { useWords } from './words.ts';

const TIERS = ['direct-contract', 'preferred', 'in-network', 'out-of-network', 'unknown'] as const;
const isTier = (code: string | undefined): code is (typeof TIERS)[number] =>
  (TIERS as readonly (string | undefined)[]).includes(code);

const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export default function Rates() {
  const { w } = useWords();
  const { client } = useApp();
  const dialogs = useDialogs();
  const query = useQuery({ queryKey: ['admin', 'rates'], queryFn: () => readTables(client) });
  const [asked, setAsked] = useState('');
  const names = query.data?.names ?? new Map<string, string>();
  const matches = (keeper: Keeper): boolean => {
    const rows = typedOf(keeper).rows.map(({ code, text }) => `${code} ${text}`);
    return fold([nameOf(keeper, names), ...rows].join(' ')).includes(fold(asked.trim()));
  };
  const keepers = query.data?.keepers;
  return (
    <Section title={w('title')} lead={w('lead')} dialogs={dialogs}>
      <Listing query={{ data: keepers, error: query.error, refetch: query.refetch }} empty={w('empty')}>
        {(all) => {
          const shown = all.filter(matches);
          return (
            <>
              <TextInput
                className={classes.choice!}
                type="search"
                label={w('find')}
                value={asked}
                onChange={(event) => setAsked(event.currentTarget.value)}
              />
              {shown.length === 0 && <p className={classes.empty}>{w('find.none')}</p>}
              {shown.map((keeper) => (
                <Table
                  key={`${keeper.resourceType}/${keeper.id}`}
                  keeper={keeper}
                  names={names}
                  dialogs={dialogs}
                />
              ))}
            </>
          );
        }}
      </Listing>
    </Section>
  );
}

interface TableProps {
  keeper: Keeper;
  names: ReadonlyMap<string, string>;
  dialogs: Dialogs;
}

function Table({ keeper, names, dialogs }: TableProps) {
  const { w, locale } = useWords();
  const shared = useShared().w;
  const name = nameOf(keeper, names);
  const { start, end, rows } = typedOf(keeper);
  const tier = tierOf(keeper);
  const facts = [
    keeper.resourceType === 'InsurancePlan' ? w('outside') : isTier(tier) ? w(`tier.${tier}`) : undefined,
    keeper.resourceType === 'InsurancePlan' ? undefined : networksOf(keeper, names),
    start && end
      ? w('bounds', { start: dayOf(start, locale), end: dayOf(end, locale) })
      : start
        ? w('since', { start: dayOf(start, locale) })
        : end
          ? w('until', { end: dayOf(end, locale) })
          : w('unbounded'),
  ];
  const money = (amount: string, currency: string) =>
    /^[A-Z]{3}$/.test(currency)
      ? new Intl.NumberFormat(locale, { style: 'currency', currency }).format(Number(amount))
      : amount;
  return (
    <div className={classes.stackless}>
      <div className={classes.head}>
        <div className={classes.name}>
          <h3>{name}</h3>
          <span className={classes.on}>{facts.filter(Boolean).join(' · ')}</span>
        </div>
        <Button
          variant="default"
          aria-label={`${shared('change')}: ${name}`}
          onClick={() => dialogs.open((opened) => <RatesForm {...opened} keeper={keeper} name={name} />)}
        >
          {shared('change')}
        </Button>
      </div>
      {rows.length === 0 && <p className={classes.on}>{w('table.empty')}</p>}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        // biome-ignore lint/a11y/useSemanticElements: a section would be one more landmark inside a section
        <div className={classes.scroll} role="region" aria-label={name} tabIndex={0}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{w('service')}</th>
                <th scope="col">{w('code')}</th>
                <th scope="col">{w('basis')}</th>
                <th scope="col" className={classes.number}>
                  {w('amount')}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.from}>
                  <td>{row.text || row.code}</td>
                  <td>
                    <code>{row.code}</code>
                  </td>
                  <td>{isBasis(row.basis) ? w(`basis.${row.basis}`) : row.basis}</td>
                  <td className={classes.number}>{money(row.amount, row.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
