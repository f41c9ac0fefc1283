// Which local patient an EHR's patient is: pure. Bound when exactly one is meant, otherwise somebody is asked; never guessed.
// https://hl7.org/fhir/R4/patient.html#merge

/** A local patient as a choice shows them. */
export interface LocalPatient {
  id: string;
  name: string;
  /** As FHIR writes it, `1980-02-03`. */
  birthDate?: string;
}

/** What was found here for a patient of an EHR. */
export interface Findings {
  /** Birth date as the EHR has it. */
  birthDate?: string | undefined;
  /** Who carries one of the patient's identifiers of a trusted system. */
  identified: readonly LocalPatient[];
  /** Whom somebody has confirmed before. */
  confirmed?: LocalPatient | undefined;
  /** Who has the same family name and birth date. */
  alike: readonly LocalPatient[];
}

/** One patient for sure, or those among whom the user has to say. */
export type Match =
  | { sure: true; patient: LocalPatient }
  | { sure: false; candidates: readonly LocalPatient[] };

/** Dates of different precision agree as far as both go; a missing one contradicts nothing. */
const agree = (one?: string, other?: string): boolean =>
  !one || !other || one.startsWith(other) || other.startsWith(one);

const unique = (patients: readonly LocalPatient[]): LocalPatient[] => [
  ...new Map(patients.map((patient) => [patient.id, patient])).values(),
];

/**
 * Decides. Sure is one patient who alone carries a trusted identifier, or whom somebody confirmed and no identifier
 * contradicts; and in either case only with a birth date that does not contradict the EHR's.
 */
export function matchPatient({ birthDate, identified, confirmed, alike }: Findings): Match {
  const carriers = unique(identified);
  const supported = carriers.length === 0 || carriers.some(({ id }) => id === confirmed?.id);
  const meant =
    confirmed && supported ? [confirmed] : unique([...carriers, ...(confirmed ? [confirmed] : [])]);
  const [patient] = meant;
  if (patient && meant.length === 1 && agree(patient.birthDate, birthDate)) return { sure: true, patient };
  return { sure: false, candidates: meant.length ? unique([...meant, ...carriers]) : unique(alike) };
}
