// What a hand-off says of a person's language and of how to reach them. https://hl7.org/fhir/R4/patient.html
import type { ContactPoint, Flag, Patient } from '@medplum/fhirtypes';
import { limitOf } from '../contact/limit.ts';

const INTERPRETER = 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired';

/** The languages, the preferred one first, and whether an interpreter is needed. */
export function languageLines({ communication = [], extension = [] }: Patient): string[] {
  const spoken = communication.toSorted((one, other) => Number(!!other.preferred) - Number(!!one.preferred));
  const needs = extension.some(({ url, valueBoolean }) => url === INTERPRETER && valueBoolean);
  return [
    ...spoken.map(({ language, preferred }) => {
      const name =
        language?.text ?? language?.coding?.[0]?.display ?? language?.coding?.[0]?.code ?? 'unknown';
      return preferred ? `${name}, preferred` : name;
    }),
    ...(needs ? ['Needs an interpreter'] : []),
  ];
}

const byRank = (one: ContactPoint, other: ContactPoint): number => (one.rank ?? 99) - (other.rank ?? 99);

/** The ways in which the person wants to be reached, the first first, and the times that are safe. */
export function contactLines({ telecom = [] }: Patient, flags: readonly Flag[]): string[] {
  const times = flags.flatMap((flag) => limitOf(flag)?.times?.repeat ?? []);
  return [
    ...telecom
      .toSorted(byRank)
      .map(({ system, use, value }) => [system, use, value].filter(Boolean).join(' ')),
    ...times.map(
      ({ dayOfWeek, timeOfDay, duration, durationUnit }) =>
        `Safe: ${dayOfWeek?.join(', ') ?? 'every day'} ${timeOfDay?.join(', ') ?? ''}${duration ? ` for ${duration} ${durationUnit}` : ''}`,
    ),
  ];
}
