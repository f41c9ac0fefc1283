// The language that a person speaks, and whether an interpreter is needed.
// https://hl7.org/fhir/R4/patient-definitions.html#Patient.communication
import type { Patient } from '@medplum/fhirtypes';
import { INTERPRETER_NEEDED } from './systems.ts';

/** SNOMED CT: yes. */
const YES = '373066001';

/** What has to be known before somebody speaks with a person. */
export interface Spoken {
  /** Language tag; undefined when it is not recorded. */
  readonly code: string | undefined;
  /** The language in words, where the record has them. */
  readonly text: string | undefined;
  readonly needsInterpreter: boolean;
}

export function spokenBy({ communication, extension }: Patient): Spoken {
  const spoken = communication?.find((one) => one.preferred) ?? communication?.[0];
  const needsInterpreter = (extension ?? []).some(
    ({ url, valueBoolean, valueCoding }) =>
      INTERPRETER_NEEDED.includes(url) && (valueBoolean ?? valueCoding?.code === YES),
  );
  const { coding, text } = spoken?.language ?? {};
  return { code: coding?.[0]?.code, text, needsInterpreter };
}
