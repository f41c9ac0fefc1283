// The shape of a list that is on its way; after three seconds it says what it waits for.
// https://www.w3.org/WAI/WCAG22/Understanding/status-messages.html
import { Skeleton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useLanguage } from '../../locales/index.tsx';
import classes from './admin.module.css';
import { useWords } from './words.ts';

const SLOW_AFTER = 3000;
const ROWS = [0, 1, 2, 3] as const;

export function Shape() {
  const { t } = useLanguage();
  const { w } = useWords();
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes.section} aria-busy="true">
      <p role="status" className={classes.lead}>
        {isSlow ? t('app.slow') : w('loading')}
      </p>
      {ROWS.map((row) => (
        <Skeleton key={row} height={44} radius={6} />
      ))}
    </div>
  );
}
