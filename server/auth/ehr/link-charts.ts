// What is looked up in our own records for the user and the patient of a trusted EHR; the search is given by the composition root.
// https://hl7.org/fhir/R4/search.html#token
import type { Identifier, Patient, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import type { LocalPatient } from './link.ts';

/** Finds stored resources of a type; the contents are their stored text. */
export type FindResources = (
  type: string,
  parameters: readonly (readonly [string, string])[],
  account?: string,
) => Promise<readonly string[]>;

/** The look-ups of a token exchange. Patients who are inactive or merged into others are nobody. */
export interface Charts {
  patient(id: string): Promise<LocalPatient | undefined>;
  /** Those who carry one of these identifiers. */
  withIdentifier(identifiers: readonly Identifier[]): Promise<LocalPatient[]>;
  /** Those with this family name and birth date. */
  alike(family: string, birthDate: string): Promise<LocalPatient[]>;
  /** References of those who carry an NPI: `Practitioner/…` and their `PractitionerRole/…`. */
  withNpi(npi: string): Promise<string[]>;
}

/** Number system of US providers. */
export const NPI = 'http://hl7.org/fhir/sid/us-npi';
/** Most candidates that somebody is asked about. */
const MAX_CANDIDATES = 10;
const COUNT = ['_count', '50'] as const;

const escaped = (text: string): string => text.replace(/[\\,|$]/g, '\\$&');
const token = ({ system, value }: Identifier): string => `${escaped(system!)}|${escaped(value!)}`;
const isCurrent = ({ active, link }: Patient): boolean =>
  active !== false && !link?.some(({ type }) => type === 'replaced-by');

function localPatient({ id, name, birthDate }: Patient): LocalPatient {
  const [first] = name ?? [];
  return {
    id: id!,
    name: first?.text ?? [...(first?.given ?? []), first?.family].filter(Boolean).join(' '),
    ...(birthDate && { birthDate }),
  };
}

/** Makes the look-ups. */
export function createCharts(find: FindResources): Charts {
  const read = async <T>(type: string, ...parameters: (readonly [string, string])[]): Promise<T[]> =>
    (await find(type, [...parameters, COUNT])).map((content) => JSON.parse(content) as T);
  const patients = async (...parameters: (readonly [string, string])[]) =>
    (await read<Patient>('Patient', ...parameters)).filter(isCurrent).map(localPatient);

  return {
    patient: async (id) => (await patients(['_id', escaped(id)]))[0],
    withIdentifier: async (identifiers) =>
      identifiers.length ? patients(['identifier', identifiers.map(token).join(',')]) : [],
    async alike(family, birthDate) {
      const found = await patients(['family', escaped(family)], ['birthdate', birthDate]);
      return found.slice(0, MAX_CANDIDATES);
    },
    async withNpi(npi) {
      const identifier = token({ system: NPI, value: npi });
      const people = (await read<Practitioner>('Practitioner', ['identifier', identifier])).filter(
        ({ active }) => active !== false,
      );
      const own = people.map(({ id }) => `Practitioner/${id}`);
      if (!own.length) return [];
      const roles = await read<PractitionerRole>('PractitionerRole', ['practitioner', own.join(',')]);
      return [
        ...own,
        ...roles.filter(({ active }) => active !== false).map(({ id }) => `PractitionerRole/${id}`),
      ];
    },
  };
}
