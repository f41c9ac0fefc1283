// A StructureDefinition's snapshot as a tree of elements and slices.
// https://hl7.org/fhir/R4/elementdefinition.html#id
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';

export interface Node {
  readonly definition: ElementDefinition;
  /** Elements inside, by name; a choice keeps its `[x]`. */
  readonly children: ReadonlyMap<string, Node>;
  /** By name; those that slice a slice again (`a/b`) are slices of it. */
  readonly slices: ReadonlyMap<string, Node>;
}
interface OpenNode extends Node {
  readonly children: Map<string, Node>;
  readonly slices: Map<string, Node>;
}

/** Where the id of an element is cut: `Task.code.coding:family.system` is in `Task.code.coding:family`, which is in `Task.code.coding`. */
const ID_CUT = /^(.*)([.:])([^.:]+)$/;

/** Puts a node where it belongs: slice `a/b` in slice `a`. */
function attach(parent: OpenNode, isChild: boolean, name: string, node: OpenNode): void {
  if (isChild) {
    parent.children.set(name, node);
    return;
  }
  let place = parent;
  const parts = name.split('/');
  for (let count = 1; count < parts.length; count++)
    place = (place.slices.get(parts.slice(0, count).join('/')) as OpenNode | undefined) ?? place;
  place.slices.set(name, node);
}

/**
 * Reads the tree of a snapshot.
 * @throws Error that names the definition when it has no snapshot, or an element whose parent is not there
 */
export function treeOf({ url, snapshot }: StructureDefinition): Node {
  const elements = snapshot?.element ?? [];
  const byId = new Map<string, OpenNode>();
  for (const definition of elements) {
    const id = definition.id ?? definition.path ?? '';
    const node: OpenNode = { definition, children: new Map(), slices: new Map() };
    const cut = ID_CUT.exec(id);
    const parent = cut ? byId.get(cut[1]!) : undefined;
    if (cut && !parent) throw new Error(`${url}: element ${id} has no parent in the snapshot.`);
    if (cut && parent) attach(parent, cut[2] === '.', cut[3]!, node);
    byId.set(id, node);
  }
  const root = byId.values().next().value;
  if (!root)
    throw new Error(
      `${url}: the definition has no snapshot, and none can be made: what it is based on is not known here.`,
    );
  return root;
}
