// Handing a patient over to a clinician: to whom, and a summary to start from.
// https://hl7.org/fhir/R4/task.html
import { NativeSelect, Textarea } from '@mantine/core';
import type { CarePlan, Task } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Client } from '../../fhir/client.ts';
import { nextBusinessDay } from '../../fhir/handoff.ts';
import type { Person } from '../../fhir/people.ts';
import { carePlan, clinicians } from '../../fhir/queries.ts';
import { useLanguage } from '../../locales/index.tsx';
import type { Text } from '../../locales/text.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import type { Problem } from '../../ui/problem.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { exactly } from '../../ui/time.ts';
import { personSaid, titleOf } from './words.ts';

/** What a person says when they hand over. */
export interface HandoffAnswer {
  plan: CarePlan;
  clinician: Person;
  summary: string;
}

interface HandoffProps {
  client: Client;
  patient: string;
  identity: string;
  now: Date;
  /** Open navigation work, from which the summary starts. */
  open: readonly Task[];
  /** Nobody hands over to themselves. */
  me: string | undefined;
  onHandOff: (answer: HandoffAnswer) => Promise<readonly Problem[]>;
  onClose: () => void;
}

const TO = 'Task.owner';
const SUMMARY = 'DocumentReference.content';

export function HandoffDialog({
  client,
  patient,
  identity,
  now,
  open,
  me,
  onHandOff,
  onClose,
}: HandoffProps) {
  const language = useLanguage();
  const { t, locale } = language;
  const plan = useQuery({
    queryKey: ['plan-of-care', patient],
    queryFn: async () => (await carePlan(client, patient)) ?? null,
  });
  const staff = useQuery({ queryKey: ['clinicians'], queryFn: () => clinicians(client) });
  const choices = (staff.data ?? []).filter((one) => one.reference !== me);
  const [chosen, setChosen] = useState('');
  const [summary, setSummary] = useState(() => summaryStart(open, t));
  const failure = plan.error ?? staff.error;
  const clinician = choices.find((one) => one.reference === chosen) ?? (chosen ? undefined : choices[0]);

  const submit = async () => {
    const missing = [
      ...(clinician ? [] : [{ field: TO, sentence: t('handoff.missingTo') }]),
      ...(summary.trim() ? [] : [{ field: SUMMARY, sentence: t('handoff.missingSummary') }]),
    ];
    if (missing.length || !plan.data || !clinician) return missing;
    return onHandOff({ plan: plan.data, clinician, summary: summary.trim() });
  };

  return (
    <FormDialog
      title={t('handoff.title')}
      identity={identity}
      submit={t('handoff.submit')}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {failure && <Refusal sentence={sentenceOf(failure, language)} />}
          {plan.data === null && <Refusal sentence={t('handoff.noPlan')} />}
          {staff.data && choices.length === 0 && <Refusal sentence={t('handoff.noClinician')} />}
          <NativeSelect
            data-autofocus
            name={TO}
            label={t('handoff.to')}
            required
            value={clinician?.reference ?? ''}
            onChange={(event) => setChosen(event.currentTarget.value)}
            data={choices.map((one) => ({ value: one.reference, label: personSaid(one, t) }))}
            error={problem(TO)}
          />
          <Textarea
            name={SUMMARY}
            label={t('handoff.summary')}
            description={t('handoff.summaryHint')}
            required
            rows={5}
            value={summary}
            onChange={(event) => setSummary(event.currentTarget.value)}
            error={problem(SUMMARY)}
          />
          <p>{t('handoff.due', { when: exactly(nextBusinessDay(now), locale) })}</p>
        </>
      )}
    </FormDialog>
  );
}

const summaryStart = (open: readonly Task[], t: Text): string =>
  open.length === 0
    ? ''
    : t('handoff.summaryStart', { titles: open.map((task) => titleOf(task, t)).join('; ') });
