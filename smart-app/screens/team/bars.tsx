// Bars as lines of text with a picture under each: who cannot see the picture reads the same.
// https://www.w3.org/WAI/WCAG22/Understanding/use-of-color.html
import { type ReactNode, useId, useState } from 'react';
import { useApp } from '../../context.tsx';
import { hrefOf } from '../../place.ts';
import { Icon } from '../../ui/icons.tsx';
import type { Look } from '../work-list/filter.ts';
import { lookAt } from '../work-list/use-look.ts';
import classes from './bars.module.css';
import { type Bar, type Chart, lengthOf, type Series } from './card.ts';
import { numberSaid } from './said.ts';
import { useWords } from './words.ts';

/** Bars that are shown before somebody asks for the others. */
const FIRST = 10;
/** From which part of the full length on a number fits into a part of a bar. */
const ROOM = 0.07;

/** @param legend the series that are explained above the bars */
export function Bars({ chart, legend }: { chart: Chart; legend: readonly Series[] }) {
  const { w } = useWords();
  const [whole, setWhole] = useState(false);
  const id = useId();
  const { title, series, bars, amounts, after, empty } = chart;
  const most = chart.most ?? Math.max(...bars.map(lengthOf), 1);
  const shown = whole || bars.length <= FIRST + 1 ? bars : bars.slice(0, FIRST);
  const rest = bars.length - shown.length;
  return (
    <div className={classes.chart}>
      {title && <h4 id={id}>{title}</h4>}
      {legend.length > 0 && <Legend series={legend} />}
      {bars.length > 0 && (
        <ul className={classes.bars} {...(title && { 'aria-labelledby': id })}>
          {shown.map((bar) => (
            <BarLine
              key={bar.key}
              bar={bar}
              series={series}
              most={most}
              counts={!amounts && series.length > 1}
            />
          ))}
        </ul>
      )}
      {bars.length === 0 && empty && <p className={classes.quiet}>{empty}</p>}
      {rest > 0 && (
        <button type="button" className={classes.more} onClick={() => setWhole(true)}>
          {w('more', { count: rest })}
        </button>
      )}
      {after && <p className={classes.quiet}>{after}</p>}
    </div>
  );
}

function Legend({ series }: { series: readonly Series[] }) {
  const { w } = useWords();
  return (
    <ul className={classes.legend} aria-label={w('legend')}>
      {series.map(({ key, label, tone }) => (
        <li key={key}>
          <span className={classes.swatch} data-tone={tone} />
          {label}
        </li>
      ))}
    </ul>
  );
}

interface BarLineProps {
  readonly bar: Bar;
  readonly series: readonly Series[];
  readonly most: number;
  /** Its parts say their numbers. */
  readonly counts: boolean;
}

function BarLine({ bar, series, most, counts }: BarLineProps) {
  const { locale } = useWords();
  const { label, values, said, late, look } = bar;
  const parts = series.flatMap((one, place) => {
    const value = values[place]!;
    return value > 0 ? [{ ...one, value, number: numberSaid(value, locale) }] : [];
  });
  return (
    <li>
      <span className={classes.label}>{look ? <ToList look={look}>{label}</ToList> : label}</span>
      <span className={classes.said}>
        {late && (
          <span className={classes.late}>
            <Icon name="late" />
            {late}
          </span>
        )}
        <span>{said}</span>
      </span>
      {counts && (
        <span className="visually-hidden">
          {parts.map((part) => `${part.label}: ${part.number}`).join(', ')}
        </span>
      )}
      <span className={classes.track} aria-hidden="true">
        {parts.map((part) => (
          <span
            key={part.key}
            className={classes.part}
            data-tone={part.tone}
            title={counts ? `${part.label}: ${part.number}` : undefined}
            style={{ width: `${(part.value / most) * 100}%` }}
          >
            {counts && part.value / most >= ROOM && <b>{part.number}</b>}
          </span>
        ))}
      </span>
    </li>
  );
}

/** Leads to the work list with what was counted. */
function ToList({ look, children }: { look: Look; children: ReactNode }) {
  const { client } = useApp();
  const { w } = useWords();
  return (
    <a href={hrefOf({ name: 'work-list' })} title={w('open-list')} onClick={() => lookAt(client, look)}>
      {children}
    </a>
  );
}
