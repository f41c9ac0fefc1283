// The patient's work could not be read: why, and a way to try again.
// https://hl7.org/fhir/R4/operationoutcome.html
import { Button } from '@mantine/core';
import { useLanguage } from '../locales/index.tsx';
import classes from './failed.module.css';
import { Refusal } from './refusal.tsx';
import { sentenceOf } from './sentence.ts';

export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const language = useLanguage();
  return (
    <main className={classes.failed}>
      <Refusal sentence={sentenceOf(error, language)} />
      <Button variant="default" onClick={onRetry}>
        {language.t('error.retry')}
      </Button>
    </main>
  );
}
