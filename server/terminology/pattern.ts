// Patterns of filters: harmless ones are tried at once, others under a time limit. https://hl7.org/fhir/R4/valueset-filter-operator.html
import { badRequest, FhirError, issue, unprocessable } from '../fhir/errors.ts';
import { limited } from '../fhir/path/limited.ts';

/** No repeated group, no reference back, and few repetitions: such a pattern cannot take long. */
export const isHarmless = (pattern: string): boolean =>
  !/\)[*+?{]|\\\d/.test(pattern) && (pattern.match(/[*+{]/g)?.length ?? 0) <= 2;

const MAX_LENGTH = 500;

/** Compiles a pattern that must match a whole value. @throws FhirError 400 for one that is no pattern */
export function wholePattern(pattern: string, user: string): RegExp {
  if (pattern.length > MAX_LENGTH)
    throw badRequest(
      `${user} filters by a pattern of ${pattern.length} characters. Give at most ${MAX_LENGTH}.`,
    );
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    throw badRequest(`${user} filters by "${pattern}", which is no regular expression. Correct the pattern.`);
  }
}

/** Does work with a pattern. @throws FhirError 422 when it takes too long */
export function withPattern<T>(pattern: string, user: string, work: () => T): T {
  if (isHarmless(pattern)) return work();
  try {
    return limited(work);
  } catch (error) {
    if (!(error instanceof FhirError) || error.issues[0]?.code !== 'too-costly') throw error;
    throw unprocessable([
      issue(
        'too-costly',
        `${user} filters by the pattern "${pattern}", which takes too long here. Write it without repetitions in each other.`,
      ),
    ]);
  }
}
