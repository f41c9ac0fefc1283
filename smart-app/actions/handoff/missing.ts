// What a hand-off still needs, from the server's refusal, and what mends each.
// https://hl7.org/fhir/R4/operationoutcome.html
import { FhirFailure } from '../../fhir/failure.ts';

/** One thing that is missing. */
export interface Missing {
  /** What it is, in a word of the server: `barrier-screen`. */
  readonly item: string;
  /** The server's own sentence. */
  readonly sentence: string;
}

const RULE = 'handoff-complete';

/** All that is missing; nothing when the failure is another one. */
export function missingIn(error: unknown): readonly Missing[] {
  if (!(error instanceof FhirFailure)) return [];
  return error.issues
    .filter(({ details }) => details?.coding?.some(({ code }) => code === RULE))
    .map(({ details, diagnostics = '' }) => ({ item: details?.text ?? '', sentence: diagnostics }));
}
