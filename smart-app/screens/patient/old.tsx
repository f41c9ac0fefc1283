// Says that what is shown could not be read again, why, and how old it is.
// https://www.w3.org/WAI/WCAG22/Understanding/status-messages.html
import { Button } from '@mantine/core';
import { useLanguage } from '../../locales/index.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { timeOf } from '../../ui/time.ts';
import classes from './patient.module.css';

export function Old({ at, error, retry }: { at: Date; error: unknown; retry: () => void }) {
  const language = useLanguage();
  const { t, locale } = language;
  const said = `${sentenceOf(error, language)} ${t('error.old', { time: timeOf(at, locale) })}`;
  return (
    <div className={classes.old}>
      <Refusal sentence={said} />
      <Button variant="default" onClick={retry}>
        {t('error.retry')}
      </Button>
    </div>
  );
}
