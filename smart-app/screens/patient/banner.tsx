// The patient banner, for EHRs that show none of their own.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
import type { Patient } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import type { Client } from '../../fhir/client.ts';
import { humanName } from '../../fhir/people.ts';
import { planName } from '../../fhir/queries.ts';
import { spokenBy } from '../../fhir/spoken.ts';
import { type Language, useLanguage } from '../../locales/index.tsx';
import { ageOn, dayOf } from '../../ui/time.ts';
import classes from './banner.module.css';

export function Banner({ client, patient }: { client: Client; patient: Patient }) {
  const language = useLanguage();
  const { t, locale } = language;
  const plan = useQuery({ queryKey: ['plan', patient.id], queryFn: () => planName(client, patient.id!) });
  const mrn = numberOf(patient);
  const age = patient.birthDate && ageOn(patient.birthDate, new Date());
  const facts = [
    patient.birthDate && t('banner.born', { date: dayOf(patient.birthDate, locale) }),
    patient.gender && t(`sex.${patient.gender}`),
    mrn && t('banner.mrn', { number: mrn }),
    languageOf(patient, language),
    plan.data,
  ].filter(Boolean);
  return (
    <section className={classes.banner} aria-label={t('banner.label')}>
      <h2>
        {humanName(patient.name)}
        {typeof age === 'number' && `, ${t('banner.years', { count: age })}`}
      </h2>
      <p>{facts.join(' · ')}</p>
    </section>
  );
}

/** The medical record number. https://terminology.hl7.org/CodeSystem-v2-0203.html */
const numberOf = ({ identifier = [] }: Patient): string | undefined =>
  identifier.find(({ type }) => type?.coding?.some(({ code }) => code === 'MR'))?.value;

/** The language that the patient speaks, by its name, and whether an interpreter is needed. */
function languageOf(patient: Patient, { t, locale }: Language): string | undefined {
  const { code, text, needsInterpreter } = spokenBy(patient);
  const name = code ? new Intl.DisplayNames(locale, { type: 'language' }).of(code) : text;
  return [name, needsInterpreter && t('banner.interpreter')].filter(Boolean).join(', ') || undefined;
}
