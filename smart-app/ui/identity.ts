// Who a patient is, in one line: dialogs that write say it again.
// https://hl7.org/fhir/R4/patient.html
import type { Patient } from '@medplum/fhirtypes';
import { humanName } from '../fhir/people.ts';
import type { Language } from '../locales/index.tsx';
import { dayOf } from './time.ts';

/** Name and date of birth. */
export const identityOf = (patient: Patient, { t, locale }: Language): string =>
  [humanName(patient.name), patient.birthDate && t('banner.born', { date: dayOf(patient.birthDate, locale) })]
    .filter(Boolean)
    .join(', ');
