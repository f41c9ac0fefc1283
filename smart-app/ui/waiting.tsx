// The shape of what comes while it is on its way; after three seconds it says what it waits for.
// https://www.w3.org/WAI/WCAG22/Understanding/status-messages.html
import { Skeleton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useLanguage } from '../locales/index.tsx';

const SLOW_AFTER = 3000;

export function Waiting() {
  const { t } = useLanguage();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main aria-busy="true" style={{ padding: 16, display: 'grid', gap: 12 }}>
      <p role="status" style={{ color: 'var(--ink-2)' }}>
        {slow ? t('app.slow') : t('app.loading')}
      </p>
      <Skeleton height={32} radius={6} />
      {[0, 1, 2, 3].map((row) => (
        <Skeleton key={row} height={64} radius={6} />
      ))}
    </main>
  );
}
