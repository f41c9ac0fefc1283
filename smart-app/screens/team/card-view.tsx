// A card: its heading, the chart or the table behind it, the file, and what the user may not see of it.
// https://www.w3.org/WAI/tutorials/images/complex/
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Absent } from '../../fhir/figures.ts';
import { Bars } from './bars.tsx';
import { type Card, legendsOf } from './card.ts';
import { fileOf } from './csv.ts';
import { CsvButton } from './file.tsx';
import { DataTable } from './table.tsx';
import classes from './team.module.css';
import { useWords } from './words.ts';

interface CardViewProps {
  readonly card: Card;
  /** Days that are part of the name of the file. */
  readonly start: string;
  readonly end: string;
  /** What the chart can be told apart by. */
  readonly choice?: ReactNode;
}

export function CardView({ card, start, end, choice }: CardViewProps) {
  const { w } = useWords();
  const [asTable, setAsTable] = useState(false);
  const { name, lead, charts, sheet, absent } = card;
  const title = w(`card.${name}`);
  const isShown = charts.length > 0;
  const empty = charts.find(({ bars }) => bars.length === 0)?.empty ?? '';
  const legends = legendsOf(charts);
  const other = asTable ? 'chart' : 'table';
  return (
    <section className={classes.card} aria-label={title}>
      <div className={classes.head}>
        <h3>{title}</h3>
        {isShown && (
          <div className={classes.buttons}>
            <Button
              variant="subtle"
              size="compact-sm"
              aria-label={w(`show.${other}-of`, { title })}
              onClick={() => setAsTable(!asTable)}
            >
              {w(`show.${other}`)}
            </Button>
            <CsvButton sheet={sheet} title={title} file={fileOf(name, start, end)} />
          </div>
        )}
      </div>
      {isShown && !asTable && choice}
      {lead && <p className={classes.lead}>{lead}</p>}
      {isShown && asTable && <DataTable sheet={sheet} title={w('show.table-of', { title })} empty={empty} />}
      {!asTable &&
        charts.map((chart, place) => <Bars key={chart.key} chart={chart} legend={legends[place]!} />)}
      <Withheld absent={absent} />
    </section>
  );
}

/** What is left out, with the server's reason in its own language. */
function Withheld({ absent }: { absent: readonly Absent[] }) {
  const { w } = useWords();
  return absent.map(({ figure, reason }) => (
    <div key={figure} className={classes.withheld}>
      <p>{w(`absent.${figure}`)}</p>
      {reason && <p lang="en">{reason}</p>}
    </div>
  ));
}
