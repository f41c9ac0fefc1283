// Value set -> codes: includes united, what each include asks for intersected, excludes taken away.
// https://hl7.org/fhir/R4/valueset.html#compositions
import { badRequest, FhirError, issue } from '../fhir/errors.ts';
import type { Concepts } from './concepts.ts';
import type { Compose, Include } from './published.ts';

/** A code of a code system; '' is no system. */
export interface SystemCode {
  readonly system: string;
  readonly code: string;
}

/** Where an expansion finds what it refers to; each function fails with 400 where nothing is found. */
export interface Sources {
  valueSet(url: string): Promise<Compose>;
  /** @param user the value set that names the code system, for the message */
  codeSystem(url: string, user: string): Promise<Concepts>;
}

/** Most codes of an expansion, and most value sets that go into one. */
export const MAX_CODES = 10_000;
const MAX_VALUE_SETS = 200;

type Codes = Map<string, SystemCode>;
const keyOf = (system: string, code: string): string => `${system}\n${code}`;

const tooCostly = (url: string): FhirError =>
  new FhirError(400, [
    issue(
      'too-costly',
      `The value set ${url} has more than ${MAX_CODES} codes or is made of more than ${MAX_VALUE_SETS} value sets. Search by a smaller one.`,
    ),
  ]);

/** Codes that a filter keeps, by its operator. https://hl7.org/fhir/R4/valueset-filter-operator.html */
const filters: Readonly<Record<string, (concepts: Concepts, value: string, property: string) => string[]>> = {
  'is-a': (concepts, value) => (concepts.codes.has(value) ? concepts.descendants(value) : []),
  'descendent-of': (concepts, value) => concepts.descendants(value).slice(1),
  'is-not-a': (concepts, value) => {
    const below = new Set(concepts.descendants(value));
    return [...concepts.codes].filter((code) => !below.has(code));
  },
  generalizes: (concepts, value) => (concepts.codes.has(value) ? concepts.ancestors(value) : []),
  in: (_concepts, value) => value.split(','),
  'not-in': (concepts, value) => {
    const out = new Set(value.split(','));
    return [...concepts.codes].filter((code) => !out.has(code));
  },
  '=': (concepts, value, property) => (CODE.has(property) ? [value] : concepts.having(property, value)),
};
/** Names of the code itself among the properties that filters may ask for. */
const CODE = new Set(['concept', 'code']);
/** Operators that ask for any property; the others ask for the code. */
const ANY_PROPERTY = new Set(['=']);

/** One expansion: what it has met so far, and how much it may still do. */
export class Expansion {
  readonly #sources: Sources;
  readonly #root: string;
  readonly #done = new Map<string, Codes>();

  constructor(sources: Sources, root: string) {
    this.#sources = sources;
    this.#root = root;
  }

  /** The codes of the value set. @throws FhirError 400 for circles, unknown content, and what is too much */
  async codes(): Promise<SystemCode[]> {
    return [...(await this.#valueSet(this.#root, [])).values()];
  }

  async #valueSet(url: string, path: readonly string[]): Promise<Codes> {
    if (path.includes(url))
      throw badRequest(
        `The value set ${this.#root} contains itself: ${[...path.slice(path.indexOf(url)), url].join(' → ')}. Break the circle.`,
      );
    const known = this.#done.get(url);
    if (known) return known;
    if (this.#done.size + path.length >= MAX_VALUE_SETS) throw tooCostly(this.#root);
    const { include, exclude = [] } = await this.#sources.valueSet(url);
    const codes: Codes = new Map();
    for (const one of include) {
      for (const [key, code] of await this.#include(one, url, path)) codes.set(key, code);
      if (codes.size > MAX_CODES) throw tooCostly(this.#root);
    }
    for (const one of exclude)
      for (const key of (await this.#include(one, url, path)).keys()) codes.delete(key);
    this.#done.set(url, codes);
    return codes;
  }

  /** What an include stands for: the codes of its system that all of its value sets have too. */
  async #include(include: Include, url: string, path: readonly string[]): Promise<Codes> {
    const parts: Codes[] = [];
    if (include.system !== undefined || include.concept) parts.push(await this.#ofSystem(include, url));
    for (const valueSet of include.valueSet ?? []) parts.push(await this.#valueSet(valueSet, [...path, url]));
    const [first = new Map(), ...others] = parts;
    return new Map([...first].filter(([key]) => others.every((codes) => codes.has(key))));
  }

  async #ofSystem({ system = '', concept, filter = [] }: Include, url: string): Promise<Codes> {
    let codes: readonly string[];
    if (concept) codes = concept;
    else {
      const concepts = await this.#sources.codeSystem(system, url);
      const kept = filter.map(({ property, op, value }) => {
        const apply = Object.hasOwn(filters, op) ? filters[op] : undefined;
        if (!apply || !(ANY_PROPERTY.has(op) || CODE.has(property)))
          throw badRequest(
            `The value set ${url} filters ${system} by "${property} ${op}", which this server does not follow. It follows ${Object.keys(filters).join(', ')} on concepts, and = on properties.`,
          );
        return new Set(apply(concepts, value, property));
      });
      codes = [...concepts.codes].filter((code) => kept.every((set) => set.has(code)));
    }
    if (codes.length > MAX_CODES) throw tooCostly(this.#root);
    return new Map(codes.map((code) => [keyOf(system, code), { system, code }]));
  }
}
