// How much a batch or transaction answers at most: its searches are gathered in memory, and a small body can ask for thousands.
// https://hl7.org/fhir/R4/http.html#transaction-response
import { FhirError, issue } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';

/** Characters of resources that one answer gives to read. */
export const MAX_ANSWER = 64 * 1024 * 1024;

const lengthOf = (contents: readonly string[]): number =>
  contents.reduce((sum, content) => sum + content.length, 0);

/** Characters that were read, by kind of result. A write answers what was sent, and costs nothing. */
const sizes: { readonly [K in Result['kind']]?: (result: Extract<Result, { kind: K }>) => number } = {
  resource: ({ resource, location }) => (location ? 0 : resource.content.length),
  search: ({ page }) => lengthOf(page.matches) + lengthOf(page.included),
  history: ({ versions }) => lengthOf(versions.map(({ content }) => content)),
};

/** What is left of one answer. */
export class AnswerBudget {
  #left = MAX_ANSWER;

  /** @throws FhirError 413 when the entries before have used everything */
  check(): void {
    if (this.#left > 0) return;
    throw new FhirError(413, [
      issue(
        'too-costly',
        `The answers to the entries before this one fill ${MAX_ANSWER / 1024 / 1024} MB, the most that one bundle is answered with. Send this entry in another bundle, or ask for less with _count.`,
      ),
    ]);
  }

  /** Counts a result, and gives it back. */
  spend<T extends Result>(result: T): T {
    this.#left -= sizes[result.kind]?.(result as never) ?? 0;
    return result;
  }
}
