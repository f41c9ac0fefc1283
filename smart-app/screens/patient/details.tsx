// What is known of one task beyond its row: the exact dates, who asked, why it waits, what was noted.
// https://hl7.org/fhir/R4/task-definitions.html
import type { Task } from '@medplum/fhirtypes';
import type { ReactNode } from 'react';
import { dueOf } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { exactly } from '../../ui/time.ts';
import { nameOf, statusSaid, titleOf } from '../../ui/words.ts';
import classes from './details.module.css';
import type { View } from './view.ts';

export function Details({ task, view, heading }: { task: Task; view: View; heading?: boolean }) {
  const { t, locale } = useLanguage();
  const date = (text: string | undefined) => text && exactly(new Date(text), locale);
  const due = dueOf(task);
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('details.kind'), task.description && task.code?.text],
    [t('details.due'), due && exactly(due, locale)],
    [t('details.owner'), nameOf(task.owner?.reference, view.people, view.me, t)],
    [t('details.status'), statusSaid(task, t)],
    [t('details.reason'), task.statusReason?.text],
    [t('details.asked'), date(task.authoredOn)],
    [t('details.started'), date(task.executionPeriod?.start)],
    [t('details.outcome'), outcomesOf(task).join('; ')],
    [t('details.note'), task.note?.map((note) => note.text).join('; ')],
  ];
  return (
    <div className={classes.details}>
      {heading && <h2>{titleOf(task, t)}</h2>}
      <dl>
        {facts
          .filter(([, fact]) => fact)
          .map(([name, fact]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{fact}</dd>
            </div>
          ))}
      </dl>
    </div>
  );
}

const outcomesOf = (task: Task): readonly string[] =>
  (task.output ?? []).flatMap((output) => output.valueCodeableConcept?.text ?? output.valueString ?? []);
