// What is said before anything leaves the house: to whom, which data, and under which consent.
// https://hl7.org/fhir/R4/consent.html
import type { Patient } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { consentState } from '../../fhir/background.ts';
import { Icon } from '../../ui/icons.tsx';
import { dayOf } from '../../ui/time.ts';
import classes from './ordering.module.css';
import { useOrderingWords } from './words.ts';

interface SendingProps {
  patient: Patient;
  /** Names of those who receive it. */
  to: readonly string[];
  /** What goes along, beside who the patient is. */
  data: readonly string[];
}

/** What the consent of a patient says, in words. */
function useConsentSaid(patient: string): { said: string; stands: boolean } {
  const { client } = useApp();
  const { w, locale } = useOrderingWords();
  const consent = useQuery({
    queryKey: ['record', patient, 'consent'],
    queryFn: () => consentState(client, patient, new Date()),
  });
  if (consent.isPending) return { said: w('consent.reading'), stands: true };
  if (!consent.data) return { said: w('consent.unread'), stands: false };
  if (consent.data.state === 'none') return { said: w('consent.none'), stands: false };
  const { dateTime, provision, policyRule } = consent.data.consent;
  const since = provision?.period?.start ?? dateTime;
  const date = since ? dayOf(since, locale) : '–';
  const what = policyRule?.text;
  return { said: what ? w('consent.in-force', { date, what }) : w('consent.plain', { date }), stands: true };
}

export function Sending({ patient, to, data }: SendingProps) {
  const { w, locale } = useOrderingWords();
  const { said, stands } = useConsentSaid(patient.id!);
  const phone = patient.telecom?.some(({ system }) => system === 'phone');
  const all = [w('sending.name'), w('sending.born'), ...(phone ? [w('sending.phone')] : []), ...data];
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  return (
    <section className={classes.sending} aria-label={w('sending.title')}>
      <h3>{w('sending.title')}</h3>
      <dl>
        <dt>{w('sending.to')}</dt>
        <dd>{to.length ? list.format(to) : '–'}</dd>
        <dt>{w('sending.data')}</dt>
        <dd>{list.format(all)}</dd>
        <dt>{w('sending.consent')}</dt>
        <dd data-missing={!stands || undefined}>
          {!stands && <Icon name="warning" />} {said}
        </dd>
      </dl>
    </section>
  );
}
