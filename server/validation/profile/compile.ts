// Definitions -> checks, each compiled on its first use and kept as long as the definition is.
// https://hl7.org/fhir/R4/profiling.html
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Services } from '../../fhir/path/index.ts';
import type { DefinitionSource } from '../definition/source.ts';
import { type Check, report } from '../run.ts';
import type { CodesOf } from '../structure/codes.ts';
import type { Shapes } from '../structure/shape.ts';
import { allOf } from './cardinality.ts';
import type { Compilation, Compiled, Lookup } from './context.ts';
import { compileTree } from './element.ts';
import { type Node, treeOf } from './node.ts';
import { reasonOf } from './reason.ts';

/** What definitions are compiled with. */
export interface Materials {
  readonly source: DefinitionSource;
  readonly codesOf: CodesOf;
  readonly shapes: Shapes;
  /** Makes what invariants ask of others, with the look-up that is made here. */
  readonly servicesFor: (lookup: Lookup) => Services;
  /** URLs of the definitions that must be checked whole: one that cannot be stops the start. */
  readonly ours: ReadonlySet<string>;
}

/** Says on every resource what of the definition was not checked. */
function noteCheck(name: string, notes: readonly string[]): Check | undefined {
  if (!notes.length) return undefined;
  return (_, run) => {
    for (const note of notes)
      report(run, 'informational', `was not checked whole by ${name}: ${note}`, { severity: 'information' });
  };
}

/** @throws Error when the definition is ours and cannot be checked whole */
function compileDefinition(
  definition: StructureDefinition,
  tree: () => Node,
  lookup: Lookup,
  services: Services,
  { shapes, codesOf, ours, source }: Materials,
): Check {
  const url = definition.url!;
  const name = definition.id ?? definition.name ?? url;
  const notes: string[] = [];
  const isOurs = ours.has(url);
  const fail = (problem: string) => {
    if (isOurs) throw new Error(`${url}: ${problem}.`);
    notes.push(problem);
  };
  const treeAt = (canonical: string): Node | undefined => {
    const found = source.structure(canonical);
    return found?.snapshot?.element?.length ? treeOf(found) : undefined;
  };
  try {
    const root = tree();
    const compilation: Compilation = { url, name, shapes, codesOf, lookup, treeAt, services, fail };
    const check = compileTree(root, definition.type!, compilation);
    return allOf([noteCheck(name, notes), check]) ?? (() => undefined);
  } catch (error) {
    if (isOurs) throw error;
    return noteCheck(name, [reasonOf(error)])!;
  }
}

/**
 * Makes the look-up of compiled definitions. A definition is compiled when its check runs first, so that profiles may
 * name each other, and again when the source gives another object at its URL.
 */
export function createLookup(materials: Materials): Lookup {
  const made = new WeakMap<StructureDefinition, Compiled>();
  /** Ours never change, and go before all others. */
  const fixed = new Map<string, Compiled>();
  const { source } = materials;
  /** The snapshot of one that a caller stored is made when it is compiled: that may take long. */
  const definitionAt = (canonical: string) => {
    const found = source.find(canonical);
    if (!found || found.origin === 'stored') return found;
    return { definition: source.structure(canonical)!, origin: found.origin };
  };
  const lookup: Lookup = (canonical) => {
    const own = fixed.get(canonical);
    if (own) return own;
    const found = definitionAt(canonical);
    if (!found) return undefined;
    const { definition, origin } = found;
    const known = made.get(definition);
    if (known) return known;
    let compiled: Check | undefined;
    const tree = () => treeOf(origin === 'stored' ? source.structure(canonical)! : definition);
    const compile = () => {
      compiled ??= compileDefinition(definition, tree, lookup, services, materials);
      return compiled;
    };
    const check: Check = (value, run) => (compiled ?? compile())(value, run);
    const entry: Compiled = { definition, origin, type: definition.type!, tree, check, compile };
    made.set(definition, entry);
    if (materials.ours.has(canonical)) fixed.set(canonical, entry);
    return entry;
  };
  const services = materials.servicesFor(lookup);
  return lookup;
}
