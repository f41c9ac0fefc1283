// Value set -> codes, and whether a code is among them: includes united, what each include asks for intersected, excludes
// taken away. https://hl7.org/fhir/R4/valueset.html#compositions
import type { ValueSet, ValueSetComposeInclude, ValueSetComposeIncludeConcept } from '@medplum/fhirtypes';
import { FhirError, issue, unprocessable } from '../fhir/errors.ts';
import { Budget } from './budget.ts';
import { type Content, type Filter, isInactive, type Words } from './content.ts';
import { absentContent } from './external.ts';
import type { Sources } from './sources.ts';

/** A code of a value set. */
export interface Member {
  readonly system: string;
  readonly code: string;
  readonly version?: string;
  /** What the value set itself says of it; present when it lists the code. */
  readonly listed?: ValueSetComposeIncludeConcept;
}

/** Most codes of an expansion that is given whole, and of one that is given in pages. */
export const MAX_CODES = 10_000;
export const MAX_PAGED = 200_000;
const MAX_VALUE_SETS = 200;

type Members = Map<string, Member>;
const keyOf = (system: string, code: string): string => `${system}\n${code}`;

export const nameOf = ({ url, id }: ValueSet): string => url ?? (id ? `ValueSet/${id}` : 'that was given');

/** 422: an expansion that would be too large. */
export const tooManyCodes = (name: string, most: number): FhirError =>
  unprocessable([
    issue(
      'too-costly',
      `The value set ${name} has more than ${most} codes${most < MAX_PAGED ? '. Ask for pages with count and offset, add a filter' : ''}, or use a smaller one.`,
    ),
  ]);

/** The includes of a value set; one without a compose is made of the codes of its expansion. */
export function partsOf({ compose, expansion }: ValueSet): {
  include: readonly ValueSetComposeInclude[];
  exclude: readonly ValueSetComposeInclude[];
} {
  if (compose) return { include: compose.include ?? [], exclude: compose.exclude ?? [] };
  const include: ValueSetComposeInclude[] = [];
  const visit = (contains: NonNullable<ValueSet['expansion']>['contains'] = []): void => {
    for (const { system, version, code, display, abstract, contains: below } of contains) {
      if (code !== undefined && !abstract)
        include.push({
          ...(system && { system }),
          ...(version && { version }),
          concept: [{ code, ...(display && { display }) }],
        });
      visit(below);
    }
  };
  visit(expansion?.contains);
  return { include, exclude: [] };
}

export const filtersOf = ({ filter = [] }: ValueSetComposeInclude): Filter[] =>
  filter.map(({ property = '', op = '' as '=', value = '' }) => ({ property, op, value }));

/** What a composition may do, and does. */
export interface Bounds {
  readonly most: number;
  readonly words: Words;
}

/** One question about value sets: what it has met so far, and how much it may still do. */
export class Composition {
  readonly #sources: Sources;
  readonly #bounds: Bounds;
  readonly #budget = new Budget();
  readonly #done = new Map<string, Members>();
  /** What the present question has found in value sets that others name: each is asked once. */
  readonly #found = new Map<string, { readonly member?: Member | undefined; readonly error?: FhirError }>();

  constructor(sources: Sources, bounds: Bounds = { most: MAX_CODES, words: [] }) {
    this.#sources = sources;
    this.#bounds = bounds;
  }

  /** The codes of a value set. @throws FhirError 404 and 422 for what is unknown, endless and too much */
  members(valueSet: ValueSet): Member[] {
    return [...this.#members(valueSet, [nameOf(valueSet)]).values()];
  }

  /**
   * The member that a code is.
   * @param system undefined: of any system
   * @throws FhirError as `members` does, for content that decides and is not here
   */
  find(valueSet: ValueSet, system: string | undefined, code: string): Member | undefined {
    this.#found.clear();
    return this.#find(valueSet, system, code, [nameOf(valueSet)]);
  }

  #next(canonical: string, path: readonly string[]): { valueSet: ValueSet; path: string[] } {
    const [root] = path as [string];
    if (path.includes(canonical))
      throw unprocessable([
        issue(
          'processing',
          `The value set ${root} contains itself: ${[...path.slice(path.indexOf(canonical)), canonical].join(' → ')}. Break the circle.`,
        ),
      ]);
    if (this.#done.size + this.#found.size + path.length >= MAX_VALUE_SETS)
      throw unprocessable([
        issue(
          'too-costly',
          `The value set ${root} is made of more than ${MAX_VALUE_SETS} value sets. Use a smaller one.`,
        ),
      ]);
    return { valueSet: this.#sources.valueSet(canonical), path: [...path, canonical] };
  }

  #members(valueSet: ValueSet, path: readonly string[]): Members {
    const members: Members = new Map();
    const { include, exclude } = partsOf(valueSet);
    for (const one of include) {
      for (const [key, member] of this.#include(one, path)) if (!members.has(key)) members.set(key, member);
      if (members.size > this.#bounds.most) throw tooManyCodes(path[0]!, this.#bounds.most);
    }
    for (const one of exclude) for (const key of this.#include(one, path).keys()) members.delete(key);
    if (valueSet.compose?.inactive === false) this.#dropInactive(members);
    return members;
  }

  #dropInactive(members: Members): void {
    for (const [system, some] of Map.groupBy(members.values(), (member) => member.system)) {
      const content = this.#sources.content(system);
      content?.load(some.map(({ code }) => code));
      for (const { code } of some)
        if (isInactive(content?.concept(code) ?? {})) members.delete(keyOf(system, code));
    }
  }

  #named(canonical: string, path: readonly string[]): Members {
    const known = this.#done.get(canonical);
    if (known) return known;
    const next = this.#next(canonical, path);
    const members = this.#members(next.valueSet, next.path);
    this.#done.set(canonical, members);
    return members;
  }

  /** What an include stands for: the codes of its system that all of its value sets have too. */
  #include(include: ValueSetComposeInclude, path: readonly string[]): Members {
    const parts: Members[] = [];
    if (include.system !== undefined || include.concept) parts.push(this.#ofSystem(include, path));
    for (const canonical of include.valueSet ?? []) parts.push(this.#named(canonical, path));
    const [first = new Map(), ...others] = parts;
    this.#budget.spend(first.size * parts.length, [], path[0]!);
    if (!others.length) return first;
    return new Map([...first].filter(([key]) => others.every((members) => members.has(key))));
  }

  #content({ system = '', version }: ValueSetComposeInclude, user: string): Content {
    const content = this.#sources.content(system, version);
    if (!content) throw absentContent(version ? `${system}|${version}` : system, user);
    return content;
  }

  #ofSystem(include: ValueSetComposeInclude, path: readonly string[]): Members {
    const { system = '', version, concept } = include;
    const of = (code: string, listed?: ValueSetComposeIncludeConcept): [string, Member] => [
      keyOf(system, code),
      { system, code, ...(version && { version }), ...(listed && { listed }) },
    ];
    if (concept) this.#budget.spend(concept.length, [], path[0]!);
    if (concept)
      return new Map(concept.flatMap((one) => (one.code === undefined ? [] : [of(one.code, one)])));
    const user = `The value set ${path.at(-1)}`;
    const content = this.#content(include, user);
    if (!content.isListed && !include.filter) throw absentContent(system, user);
    this.#budget.spend(content.size, filtersOf(include), path[0]!);
    const codes = content.select(filtersOf(include), this.#bounds.words, user);
    if (codes.length > this.#bounds.most) throw tooManyCodes(path[0]!, this.#bounds.most);
    return new Map(codes.map((code) => of(code)));
  }

  #find(
    valueSet: ValueSet,
    system: string | undefined,
    code: string,
    path: readonly string[],
  ): Member | undefined {
    const { include, exclude } = partsOf(valueSet);
    const found = this.#findIn(include, system, code, path);
    if (!found || this.#findIn(exclude, found.system, code, path)) return undefined;
    if (valueSet.compose?.inactive === false) {
      const concept = this.#sources.content(found.system)?.concept(code);
      if (concept && isInactive(concept)) return undefined;
    }
    return found;
  }

  /** The member that one of the includes has. What one of them cannot tell counts only when no other has the code. */
  #findIn(
    includes: readonly ValueSetComposeInclude[],
    system: string | undefined,
    code: string,
    path: readonly string[],
  ): Member | undefined {
    let unknown: FhirError | undefined;
    for (const include of includes) {
      try {
        const found = this.#findInclude(include, system, code, path);
        if (found) return found;
      } catch (error) {
        if (!(error instanceof FhirError)) throw error;
        unknown ??= error;
      }
    }
    if (unknown) throw unknown;
    return undefined;
  }

  #findInclude(
    include: ValueSetComposeInclude,
    system: string | undefined,
    code: string,
    path: readonly string[],
  ): Member | undefined {
    let found: Member | undefined;
    if (include.system !== undefined || include.concept) {
      found = this.#findOfSystem(include, system, code, path);
      if (!found) return undefined;
    }
    for (const canonical of include.valueSet ?? []) {
      const member = this.#findNamed(canonical, found?.system ?? system, code, path);
      if (!member) return undefined;
      found ??= member;
    }
    return found;
  }

  #findNamed(
    canonical: string,
    system: string | undefined,
    code: string,
    path: readonly string[],
  ): Member | undefined {
    const key = `${canonical}\n${system ?? ''}`;
    const known = this.#found.get(key);
    if (known?.error) throw known.error;
    if (known) return known.member;
    const next = this.#next(canonical, path);
    try {
      const member = this.#find(next.valueSet, system, code, next.path);
      this.#found.set(key, { member });
      return member;
    } catch (error) {
      if (error instanceof FhirError) this.#found.set(key, { error });
      throw error;
    }
  }

  #findOfSystem(
    include: ValueSetComposeInclude,
    asked: string | undefined,
    code: string,
    path: readonly string[],
  ): Member | undefined {
    const { system = '', version, concept } = include;
    if (asked !== undefined && asked !== system) return undefined;
    const member = { system, code, ...(version && { version }) };
    if (concept) this.#budget.spend(concept.length, [], path[0]!);
    if (concept) {
      const listed = concept.find((one) => one.code === code);
      return listed && { ...member, listed };
    }
    const user = `The value set ${path.at(-1)}`;
    this.#budget.spend(1, filtersOf(include), path[0]!);
    return this.#content(include, user).holds(code, filtersOf(include), user) ? member : undefined;
  }
}
