// A value set compiled into a test of codes, for validation: at once, without waiting, many times a second. What cannot be
// told (the content is not here) holds when the code's shape is right. https://hl7.org/fhir/R4/terminologies.html#strength
import type { ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import { FhirError } from '../fhir/errors.ts';
import { Budget } from './budget.ts';
import { type CodeSet, codeSet } from './code-set.ts';
import { filtersOf, partsOf } from './composition.ts';
import { shapeOf } from './external.ts';
import type { Sources } from './sources.ts';

/** Whether a code is a member; undefined: cannot be told. @param system undefined: of any system */
type Test = (system: string | undefined, code: string) => boolean | undefined;

/** The codes of one value set, as validation asks for them. */
export interface Codes {
  /** All codes, whatever their system; empty when they are too many, or cannot be listed. */
  readonly list: readonly string[];
  has(code: unknown): boolean;
  hasCoding(coding: unknown): boolean;
}

/** Most codes that are listed, and most value sets that go into one. */
const MAX_LISTED = 2_000;
const MAX_VALUE_SETS = 200;
/** Most parts that each code of a system is held against. */
const MAX_PARTS = 1_000;

const all = (results: readonly (boolean | undefined)[]): boolean | undefined =>
  results.includes(false) ? false : results.includes(undefined) ? undefined : true;
const any = (results: readonly (boolean | undefined)[]): boolean | undefined =>
  results.includes(true) ? true : results.includes(undefined) ? undefined : false;

/** The one system whose codes an include may have; undefined when value sets tell. */
const systemOf = ({ system, concept, valueSet }: ValueSetComposeInclude): string | undefined =>
  valueSet?.length && system === undefined && !concept ? undefined : (system ?? '');

/** The includes, those that only list codes of one system joined. */
function asOneList(includes: readonly ValueSetComposeInclude[]): ValueSetComposeInclude[] {
  const isList = ({ concept, valueSet }: ValueSetComposeInclude) => concept && !valueSet?.length;
  const lists = includes.filter(isList);
  const others = includes.filter((one) => !isList(one));
  const joined = [...Map.groupBy(lists, ({ system }) => system)].map(([system, some]) => ({
    ...(system !== undefined && { system }),
    concept: some.flatMap(({ concept = [] }) => concept),
  }));
  return [...others, ...joined];
}

/** Remembers the answer about the last code: value sets that name the same others would ask these again and again. */
function oncePerCode(test: Test): Test {
  let last: { system: string | undefined; code: string; result: boolean | undefined } | undefined;
  return (system, code) => {
    if (last?.code === code && last.system === system) return last.result;
    const result = test(system, code);
    last = { system, code, result };
    return result;
  };
}

/** One value set on its way to a test. */
class Compiling {
  readonly #sources: Sources;
  readonly #budget = new Budget();
  readonly #tests = new Map<string, Test>();
  /** Codes that were met by their system; undefined as soon as there are some that cannot be listed. */
  listed: Map<string, Set<string>> | undefined = new Map();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  valueSet(valueSet: ValueSet, path: readonly string[]): Test {
    const { include, exclude } = partsOf(valueSet);
    const included = this.#some(include, path);
    if (!exclude.length) return included;
    const excluded = this.#some(exclude, path);
    return (system, code) => {
      const found = included(system, code);
      if (!found) return found;
      const out = excluded(system, code);
      return out === undefined ? undefined : !out;
    };
  }

  /** Whether one of the includes has a code: only those of its system are asked, and lists of one system as one. */
  #some(includes: readonly ValueSetComposeInclude[], path: readonly string[]): Test {
    const bySystem = Map.groupBy(asOneList(includes), systemOf);
    const tests = new Map<string | undefined, readonly Test[]>();
    for (const [system, some] of bySystem) {
      const different = [...new Map(some.map((one) => [JSON.stringify(one), one])).values()];
      if (different.length > MAX_PARTS) return this.#untold();
      tests.set(
        system,
        different.map((one) => this.#include(one, path)),
      );
    }
    const all = [...tests.values()].flat();
    const [only] = all;
    if (only && all.length === 1) return only;
    const anywhere = tests.get(undefined) ?? [];
    return (system, code) => {
      if (system === undefined) return any(all.map((test) => test(system, code)));
      const own = tests.get(system) ?? [];
      return any([...own, ...anywhere].map((test) => test(system, code)));
    };
  }

  #named(canonical: string, path: readonly string[]): Test {
    const known = this.#tests.get(canonical);
    if (known) return known;
    if (path.includes(canonical) || this.#tests.size + path.length > MAX_VALUE_SETS) return this.#untold();
    const test = oncePerCode(this.#valueSetAt(canonical, path));
    this.#tests.set(canonical, test);
    return test;
  }

  #valueSetAt(canonical: string, path: readonly string[]): Test {
    try {
      return this.valueSet(this.#sources.valueSet(canonical), [...path, canonical]);
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      return this.#untold();
    }
  }

  #untold(): Test {
    this.listed = undefined;
    return () => undefined;
  }

  #include(include: ValueSetComposeInclude, path: readonly string[]): Test {
    const tests: Test[] = [];
    if (include.system !== undefined || include.concept) tests.push(this.#ofSystem(include, path));
    for (const canonical of include.valueSet ?? []) tests.push(this.#named(canonical, path));
    if (!tests.length) return () => false;
    const [only] = tests;
    return tests.length === 1 ? only! : (system, code) => all(tests.map((test) => test(system, code)));
  }

  #ofSystem(include: ValueSetComposeInclude, path: readonly string[]): Test {
    const { system: own = '' } = include;
    const isOwn = (system: string | undefined): boolean => system === undefined || system === own;
    const found = this.#codes(include, path);
    if (found) {
      const { codes, isComplete } = found;
      if (!isComplete) this.listed = undefined;
      return (system, code) =>
        isOwn(system) && (codes.has(code) || (isComplete ? false : this.#shaped(own, code)));
    }
    this.listed = undefined;
    return (system, code) => isOwn(system) && this.#shaped(own, code);
  }

  /** False for a code whose shape is wrong; all others cannot be told. */
  #shaped(system: string, code: string): boolean | undefined {
    return shapeOf(system)?.fits(code) === false ? false : undefined;
  }

  /** The codes of a system that are asked for; undefined when its content is not here. */
  #codes(
    include: ValueSetComposeInclude,
    path: readonly string[],
  ): { codes: CodeSet; isComplete: boolean } | undefined {
    const { system = '', version, concept } = include;
    if (concept) {
      const codes = concept.flatMap(({ code }) => code ?? []);
      return { codes: this.#keep(system, codes), isComplete: true };
    }
    const content = this.#sources.content(system, version) ?? this.#sources.content(system);
    if (!content?.isListed) return undefined;
    this.#budget.spend(content.size, filtersOf(include), path[0]!);
    const codes = content.select(filtersOf(include), [], `The value set ${path.at(-1)}`);
    return { codes: this.#keep(system, codes), isComplete: content.isComplete };
  }

  #keep(system: string, codes: readonly string[]): CodeSet {
    const known = this.listed?.get(system) ?? new Set();
    if (known.size + codes.length > MAX_LISTED) this.listed = undefined;
    else if (this.listed) this.listed.set(system, new Set([...known, ...codes]));
    return codeSet(codes);
  }
}

/**
 * Compiles a value set.
 * @param canonical its name for messages and circles
 * @throws FhirError for what is malformed; Pending
 */
export function compile(canonical: string, valueSet: ValueSet, sources: Sources): Codes {
  const compiling = new Compiling(sources);
  const test = compiling.valueSet(valueSet, [canonical]);
  const { listed } = compiling;
  if (!listed) {
    return {
      list: [],
      has: (code) => typeof code === 'string' && test(undefined, code) !== false,
      hasCoding: (coding) => {
        const { system, code } = (coding ?? {}) as { system?: unknown; code?: unknown };
        if (typeof code !== 'string') return false;
        return test(typeof system === 'string' ? system : '', code) !== false;
      },
    };
  }
  // All are known: they are looked up instead of tested.
  const bySystem = new Map<unknown, ReadonlySet<unknown>>(
    [...listed].map(([system, codes]) => [
      system,
      new Set([...codes].filter((code) => test(system, code) === true)),
    ]),
  );
  const list = [...new Set([...bySystem.values()].flatMap((codes) => [...codes]))] as string[];
  const every: ReadonlySet<unknown> = new Set(list);
  return {
    list,
    has: (code) => every.has(code),
    hasCoding: (coding) => {
      const { system = '', code } = (coding ?? {}) as { system?: unknown; code?: unknown };
      return bySystem.get(system)?.has(code) ?? false;
    },
  };
}
