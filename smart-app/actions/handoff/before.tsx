// Before a hand-off is sent: to whom it goes, which data go along, and under which consent.
// https://hl7.org/fhir/R4/consent.html
import type { Consent } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { dayOf } from '../../ui/time.ts';
import { goesAlong } from './along.ts';
import classes from './handoff.module.css';
import { useWords } from './words.ts';

export function Before({ to, patient }: { to: string; patient: string }) {
  const language = useWords();
  const { w, locale } = language;
  const { client } = useApp();
  const along = useQuery({
    queryKey: ['record', patient, 'goes-along'],
    queryFn: () => goesAlong(client, patient),
  });
  if (along.error) return <Refusal sentence={sentenceOf(along.error, language)} />;
  const said = ({ policyRule, dateTime }: Consent): string => {
    const name = policyRule?.text ?? w('along.consentUnnamed');
    return dateTime ? w('along.consentSince', { name, date: dayOf(dateTime, locale) }) : name;
  };
  const { tasks, barriers, consents } = along.data ?? { tasks: 0, barriers: 0, consents: [] };
  const data = [
    w('along.summary'),
    tasks > 0 && w('along.tasks', { count: tasks }),
    barriers > 0 && w('along.barriers', { count: barriers }),
  ].filter(Boolean);
  const facts: readonly (readonly [string, string])[] = [
    [w('along.to'), to],
    [w('along.data'), along.data ? data.join(', ') : '…'],
    [w('along.consent'), along.data ? consents.map(said).join('; ') || w('along.noConsent') : '…'],
  ];
  return (
    <section className={classes.before} aria-label={w('along')} aria-busy={along.isPending}>
      <h3>{w('along')}</h3>
      <dl>
        {facts.map(([name, fact]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
