// The summary of a hand-off, read when somebody opens it.
// https://hl7.org/fhir/R4/composition.html
import type { Task } from '@medplum/fhirtypes';
import { lazy, Suspense, useState } from 'react';
import { summaryOf } from '../../fhir/handoff.ts';
import { useLanguage } from '../../locales/index.tsx';
import classes from './gate.module.css';
import type { View } from './view.ts';

const Text = lazy(() => import('./summary/index.tsx'));

export function Summary({ task, view }: { task: Task; view: View }) {
  const { t } = useLanguage();
  const [open, setOpen] = useState(false);
  const document = summaryOf(task);
  if (!document) return null;
  return (
    <details className={classes.summary} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('gate.summary')}</summary>
      {open && (
        <Suspense fallback={<p>{t('app.loading')}</p>}>
          <Text document={document} view={view} />
        </Suspense>
      )}
    </details>
  );
}
