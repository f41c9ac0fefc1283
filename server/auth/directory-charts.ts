// The patients and visits that a sign-in may choose from, found by search.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#requesting-context-with-scopes
import type { Encounter, Patient } from '@medplum/fhirtypes';
import type { PatientChoice, PatientDirectory } from './directory.ts';
import type { FindResources } from './ehr/link-charts.ts';
import type { EncounterChoice, EncounterDirectory } from './sign-in/encounter-choice.ts';

type Criterion = readonly [name: string, value: string];

const FIRST_PAGE: readonly Criterion[] = [
  ['_sort', 'family'],
  ['_count', '100'],
];
const LATEST: readonly Criterion[] = [
  ['_sort', '-date'],
  ['_count', '20'],
];

/** What the list shows of a patient; `content` is the resource as JSON. */
function patientChoice(content: string): PatientChoice {
  const { id, name, birthDate, gender, identifier } = JSON.parse(content) as Patient;
  const [first] = name ?? [];
  const mrn = identifier?.find(({ type }) => type?.coding?.some(({ code }) => code === 'MR'))?.value;
  return {
    id: id!,
    name: first?.text ?? [...(first?.given ?? []), first?.family].filter(Boolean).join(' '),
    ...(birthDate && { birthDate }),
    ...(gender && { gender }),
    ...(mrn && { mrn }),
  };
}

function encounterChoice(content: string): EncounterChoice {
  const { id, period, type, class: kind } = JSON.parse(content) as Encounter;
  const label = type?.[0]?.text ?? type?.[0]?.coding?.[0]?.display ?? kind?.display ?? kind?.code ?? '';
  return { id: id!, label, ...(period?.start && { start: period.start }) };
}

const ID = /^[A-Za-z0-9.-]{1,64}$/;

/** Text as the value of a search parameter, in which `,`, `|` and `$` mean themselves. */
const escapeValue = (text: string): string => text.replace(/[\\,|$]/g, '\\$&');

/** The patients; words are looked for in names, each of them at the beginning of a part, and as a record number. */
export function patientDirectory(find: FindResources): PatientDirectory {
  const found = async (account: string | undefined, ...criteria: Criterion[]) =>
    (await find('Patient', [...criteria, ...FIRST_PAGE], account)).map(patientChoice);
  return {
    find: async (id, account) =>
      ID.test(id) ? (await find('Patient', [['_id', id]], account)).map(patientChoice)[0] : undefined,
    async list(words, account) {
      if (words === undefined) return found(account);
      const [byName, byNumber] = await Promise.all([
        found(account, ...words.split(/\s+/).map((word): Criterion => ['name', escapeValue(word)])),
        found(account, ['identifier', escapeValue(words)]),
      ]);
      return [...new Map([...byNumber, ...byName].map((patient) => [patient.id, patient])).values()];
    },
  };
}

/** The visits of a patient, the latest first. */
export function encounterDirectory(find: FindResources): EncounterDirectory {
  return {
    list: async (patient, account) =>
      (await find('Encounter', [['patient', `Patient/${patient}`], ...LATEST], account)).map(encounterChoice),
  };
}
