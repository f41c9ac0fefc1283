// One thing in a list of administration: its name, how it stands, facts about it, and what can be done with it.
// https://www.w3.org/WAI/WCAG22/Understanding/use-of-color.html
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../../ui/icons.tsx';
import classes from './admin.module.css';

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  /** Takes the whole width. */
  readonly isLong?: boolean;
}

export interface RowAction {
  readonly label: string;
  readonly onClick: () => void;
}

interface RowProps {
  title: string;
  /** An icon beside its word. */
  state?: { icon: IconName; word: string; isOff?: boolean };
  facts: readonly Fact[];
  actions: readonly RowAction[];
  children?: ReactNode;
}

export function Row({ title, state, facts, actions, children }: RowProps) {
  return (
    <li className={classes.row}>
      <div className={classes.name}>
        <h3>{title}</h3>
        {state && (
          <span className={state.isOff ? classes.off : classes.on}>
            <Icon name={state.icon} /> {state.word}
          </span>
        )}
      </div>
      <dl className={classes.facts}>
        {facts.map(({ name, value, isLong }) => (
          <div key={name} className={isLong ? classes.long : undefined}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {children}
      {actions.length > 0 && (
        <div className={classes.actions}>
          {actions.map(({ label, onClick }) => (
            <Button key={label} variant="default" aria-label={`${label}: ${title}`} onClick={onClick}>
              {label}
            </Button>
          ))}
        </div>
      )}
    </li>
  );
}
