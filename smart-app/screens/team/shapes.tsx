// The shape of the figures while they are counted; after three seconds it says so.
// https://www.w3.org/WAI/WCAG22/Understanding/status-messages.html
import { Skeleton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { CARDS } from './card.ts';
import { Columns } from './columns.tsx';
import classes from './team.module.css';
import { useWords } from './words.ts';

const SLOW_AFTER = 3000;

export function Shapes() {
  const { w } = useWords();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes.figures} aria-busy="true">
      <p role="status" className={classes.quiet}>
        {w(slow ? 'slow' : 'waiting')}
      </p>
      <Skeleton height={48} radius={6} />
      <Columns>
        {CARDS.map((name) => (
          <Skeleton key={name} height={220} radius={6} />
        ))}
      </Columns>
    </div>
  );
}
