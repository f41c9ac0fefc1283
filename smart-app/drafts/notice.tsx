// Says in a form that what was typed before is back, with a way to drop it, and that it could not be kept.
// https://www.w3.org/WAI/WCAG22/Understanding/status-messages.html
import { Button } from '@mantine/core';
import { useLanguage } from '../locales/index.tsx';
import { daysBetween, saidOf, timeOf } from '../ui/time.ts';
import { useKept } from './kept.tsx';
import classes from './notice.module.css';
import { useWords } from './words.ts';

export function DraftNotice() {
  const { locale } = useLanguage();
  const { w } = useWords();
  const kept = useKept();
  if (!kept || (!kept.restored && !kept.isLost)) return null;
  const { restored, isLost } = kept;
  return (
    <div className={classes.notice}>
      {restored && (
        <>
          <p role="status">
            {w('draft.back', { when: whenSaid(new Date(restored.at), new Date(), locale) })}
          </p>
          <Button variant="subtle" onClick={restored.drop}>
            {w('draft.drop')}
          </Button>
        </>
      )}
      {isLost && <p role="status">{w('draft.lost')}</p>}
    </div>
  );
}

/** Today the time alone is enough. */
const whenSaid = (at: Date, now: Date, locale: string): string =>
  daysBetween(now, at) === 0 ? timeOf(at, locale) : `${saidOf(at, now, locale)} ${timeOf(at, locale)}`;
