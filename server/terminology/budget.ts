// How much one question about value sets may look at, so that no value set, however it is made, keeps others waiting.
import { type FhirError, issue, unprocessable } from '../fhir/errors.ts';
import type { Filter } from './content.ts';
import { isHarmless } from './pattern.ts';

/** Concepts that one question may look at: a fifth of a second of work. */
const MOST = 1_000_000;
/** A pattern that may take long counts as so many: three of them are followed. */
const PATTERN = 250_000;
/** Characters of a list of codes that count as one concept. */
const CHARACTERS = 10;

const spent = (name: string): FhirError =>
  unprocessable([
    issue(
      'too-costly',
      `The value set ${name} is made of too many parts, or filters by too many patterns, to be worked out here. Use a smaller one.`,
    ),
  ]);

export class Budget {
  #left = MOST;

  /** Counts a look at concepts. @param name the value set, for the message @throws FhirError 422 when nothing is left */
  spend(concepts: number, filters: readonly Filter[], name: string): void {
    this.#left -= 1 + concepts * (1 + filters.length);
    for (const { op, value } of filters) {
      this.#left -= Math.ceil(value.length / CHARACTERS);
      if (op === 'regex' && !isHarmless(value)) this.#left -= PATTERN;
    }
    if (this.#left < 0) throw spent(name);
  }
}
