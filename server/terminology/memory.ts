// A code system in memory: its concepts, and what stands above and below each. https://hl7.org/fhir/R4/codesystem.html#hierarchy
import type { CodeSystem, CodeSystemConcept } from '@medplum/fhirtypes';
import { type Concept, type Content, type Filter, hasWords, PARENTS, propertyText } from './content.ts';
import { kept, passes } from './filter.ts';

type Links = Map<string, Set<string>>;

function append(links: Links, key: string, value: string): void {
  const known = links.get(key);
  if (known) known.add(value);
  else links.set(key, new Set([value]));
}

/** All that can be reached, each once: links that run in a circle end nothing. */
function reached(code: string, links: Links): string[] {
  const found = new Set([code]);
  for (const each of found) for (const next of links.get(each) ?? []) found.add(next);
  return [...found];
}

/** Most codes that are remembered as standing above others: a chain of many thousand codes has millions. */
const MAX_REMEMBERED = 500_000;

/** What a CodeSystem resource holds, nested or linked by properties; a concept may stand below several. */
export class MemoryContent implements Content {
  readonly header: Content['header'];
  readonly isComplete: boolean;
  readonly isListed = true;
  readonly #concepts = new Map<string, Concept>();
  readonly #below: Links = new Map();
  readonly #above: Links = new Map();
  /** Codes in one case, by code: for systems that know no case. */
  readonly #folded: Map<string, string> | undefined;
  /** What was asked before: filters ask for the same hierarchies again and again. */
  readonly #ancestors = new Map<string, readonly string[]>();
  #remembered = 0;
  #last: readonly string[] = [];

  constructor({ concept = [], ...header }: CodeSystem) {
    this.header = header as Content['header'];
    this.isComplete = header.content === 'complete';
    this.#add(concept, undefined);
    if (header.caseSensitive === false)
      this.#folded = new Map([...this.#concepts.keys()].map((code) => [code.toLowerCase(), code]));
  }

  #add(entries: readonly CodeSystemConcept[], parent: string | undefined): void {
    for (const { concept = [], ...entry } of entries) {
      const { code, property = [] } = entry;
      if (code === undefined) continue;
      if (!this.#concepts.has(code)) this.#concepts.set(code, entry);
      if (parent !== undefined) this.#link(code, parent);
      for (const one of property) {
        if (PARENTS.has(one.code ?? '')) this.#link(code, propertyText(one));
        else if (one.code === 'child') this.#link(propertyText(one), code);
      }
      this.#add(concept, code);
    }
  }

  #link(code: string, parent: string): void {
    append(this.#below, parent, code);
    append(this.#above, code, parent);
  }

  get size(): number {
    return this.#concepts.size;
  }

  load(): void {}

  concept(code: string): Concept | undefined {
    return this.#concepts.get(code) ?? this.#concepts.get(this.#folded?.get(code.toLowerCase()) ?? '');
  }

  select(filters: readonly Filter[], words: readonly string[], user: string): readonly string[] {
    const all = [...this.#concepts.values()];
    const named = words.length
      ? all.filter(({ code, display, designation = [] }) =>
          hasWords(words, [code, display, ...designation.map(({ value }) => value)]),
        )
      : all;
    return kept(named, filters, this, user);
  }

  holds(code: string, filters: readonly Filter[], user: string): boolean {
    const concept = this.concept(code);
    return concept !== undefined && filters.every((filter) => passes(concept, filter, this, user));
  }

  ancestors(code: string): readonly string[] {
    const known = this.#ancestors.get(code);
    if (known) return known;
    if (this.#last[0] === code) return this.#last;
    const found = reached(code, this.#above);
    if (this.#concepts.has(code) && this.#remembered + found.length <= MAX_REMEMBERED) {
      this.#remembered += found.length;
      this.#ancestors.set(code, found);
    }
    this.#last = found;
    return found;
  }

  descendants(code: string): readonly string[] {
    return reached(code, this.#below);
  }

  parents(code: string): readonly string[] {
    return [...(this.#above.get(code) ?? [])];
  }

  children(code: string): readonly string[] {
    return [...(this.#below.get(code) ?? [])];
  }
}
