// Questions that are answered at once where what they need is at hand, and after a wait where it has to be fetched: the
// work stops at what is missing, that is fetched, and the work is done again.

/** Thrown where an answer has to be fetched first. */
export class Pending extends Error {
  /** Fulfilled when asking again is of use; rejected with the failure that ends the work. */
  readonly fetched: Promise<unknown>;

  constructor(fetched: Promise<unknown>) {
    super('not fetched yet');
    this.fetched = fetched;
    // Whoever does not wait is not interested in its failure either.
    fetched.catch(() => {});
  }
}

/** Answers by key that are fetched once. */
export class Fetched<T> {
  readonly #answers = new Map<string, { readonly value: T }>();

  /** The answer. @throws Pending when `fetch` has to be waited for */
  get(key: string, fetch: () => Promise<T>): T {
    const known = this.#answers.get(key);
    if (known) return known.value;
    throw new Pending(
      fetch().then((value) => {
        this.#answers.set(key, { value });
      }),
    );
  }
}

/** Does work that may stop at what is not fetched yet, until it is done. @throws what the work or a fetch throws */
export async function settled<T>(work: () => T): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Pending)) throw error;
      await error.fetched;
    }
  }
}
