// The summary of a hand-off, read when somebody opens it.
// https://hl7.org/fhir/R4/documentreference.html
import type { Task } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { documentText } from '../../fhir/document.ts';
import { summaryOf } from '../../fhir/handoff.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import classes from './gate.module.css';
import type { View } from './view.ts';

export function Summary({ task, view }: { task: Task; view: View }) {
  const language = useLanguage();
  const { t } = language;
  const [open, setOpen] = useState(false);
  const document = summaryOf(task);
  const read = useQuery({
    queryKey: ['document', document],
    queryFn: async () =>
      (await documentText(view.client, document!, view.patient)) || t('gate.summaryElsewhere'),
    enabled: open && document !== undefined,
  });
  if (!document) return null;
  return (
    <details className={classes.summary} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('gate.summary')}</summary>
      {read.error ? (
        <Refusal sentence={sentenceOf(read.error, language)} />
      ) : (
        <p>{read.data ?? t('app.loading')}</p>
      )}
    </details>
  );
}
