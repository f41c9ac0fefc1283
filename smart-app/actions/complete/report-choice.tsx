// The choice of the report that closes a loop, each by what it is and when it was written.
// https://hl7.org/fhir/R4/documentreference.html
import { NativeSelect } from '@mantine/core';
import type { Report } from '../../fhir/report.ts';
import { type Language, useLanguage } from '../../locales/index.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { dayOf } from '../../ui/time.ts';
import type { Reports } from './use-reports.ts';

/** Name of the field: the output that references the report. */
export const REPORT = 'Task.output.valueReference';

interface ReportChoiceProps {
  reports: Reports;
  problem: string | undefined;
}

export function ReportChoice({ reports, problem }: ReportChoiceProps) {
  const language = useLanguage();
  const { t } = language;
  const { choices, failure, chosen, choose } = reports;
  if (failure && !choices) return <Refusal sentence={sentenceOf(failure, language)} />;
  if (choices?.length === 0) return <Refusal sentence={t('report.none')} />;
  return (
    <NativeSelect
      data-autofocus
      name={REPORT}
      label={t('report.label')}
      description={t('report.hint')}
      required
      value={chosen?.reference ?? ''}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        { value: '', label: choices ? t('report.choose') : t('app.loading') },
        ...(choices ?? []).map((one) => ({ value: one.reference, label: said(one, language) })),
      ]}
      error={problem}
    />
  );
}

const said = ({ title, date }: Report, { t, locale }: Language): string =>
  [title ?? t('report.untitled'), date && dayOf(date, locale)].filter(Boolean).join(', ');
