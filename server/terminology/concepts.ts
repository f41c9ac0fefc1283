// The codes of a code system in their hierarchy. https://hl7.org/fhir/R4/codesystem.html#hierarchy
import type { CodeSystemConcept } from '@medplum/fhirtypes';

/** Codes of one code system, with what stands above and below each. */
export interface Concepts {
  readonly codes: ReadonlySet<string>;
  /** The code and all below it. */
  descendants(code: string): string[];
  /** The code and all above it. */
  ancestors(code: string): string[];
  /** The codes that have a property with this value. */
  having(property: string, value: string): string[];
}

/** A concept as the generated table has it: its code, or its code and those below it. */
export type Tree = readonly (string | readonly [code: string, below: Tree])[];

/** Links between codes, in both directions; a code may stand below several. */
class Hierarchy implements Concepts {
  readonly codes = new Set<string>();
  readonly #below = new Map<string, string[]>();
  readonly #above = new Map<string, string[]>();
  readonly #properties = new Map<string, string[]>();

  add(code: string, parent: string | undefined): void {
    this.codes.add(code);
    if (parent === undefined) return;
    append(this.#below, parent, code);
    append(this.#above, code, parent);
  }

  addProperty(property: string, value: string, code: string): void {
    append(this.#properties, `${property}\n${value}`, code);
  }

  descendants(code: string): string[] {
    return reached(code, this.#below);
  }

  ancestors(code: string): string[] {
    return reached(code, this.#above);
  }

  having(property: string, value: string): string[] {
    return property === 'parent'
      ? (this.#below.get(value) ?? [])
      : property === 'child'
        ? (this.#above.get(value) ?? [])
        : (this.#properties.get(`${property}\n${value}`) ?? []);
  }
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** All that can be reached, each once: links that run in a circle end nothing. */
function reached(code: string, links: ReadonlyMap<string, string[]>): string[] {
  const found = new Set([code]);
  for (const each of found) for (const next of links.get(each) ?? []) found.add(next);
  return [...found];
}

/** The concepts of a code system of the generated table. */
export function conceptsOfTree(tree: Tree): Concepts {
  const hierarchy = new Hierarchy();
  const visit = (entries: Tree, parent: string | undefined): void => {
    for (const entry of entries) {
      const [code, below] = typeof entry === 'string' ? [entry, []] : entry;
      hierarchy.add(code, parent);
      visit(below, code);
    }
  };
  visit(tree, undefined);
  return hierarchy;
}

/** Properties that say what a concept stands below. https://hl7.org/fhir/R4/codesystem-concept-properties.html */
const PARENTS = new Set(['parent', 'subsumedBy']);

/** The concepts of a CodeSystem resource, nested or linked by properties. */
export function conceptsOf(concepts: readonly CodeSystemConcept[]): Concepts {
  const hierarchy = new Hierarchy();
  const visit = (entries: readonly CodeSystemConcept[], parent: string | undefined): void => {
    for (const { code, concept = [], property = [] } of entries) {
      if (code === undefined) continue;
      hierarchy.add(code, parent);
      for (const { code: name, ...choice } of property) {
        const [value] = Object.values(choice);
        if (PARENTS.has(name!) && typeof value === 'string') hierarchy.add(code, value);
        else if (typeof value !== 'object') hierarchy.addProperty(name!, String(value), code);
      }
      visit(concept, code);
    }
  };
  visit(concepts, undefined);
  return hierarchy;
}
