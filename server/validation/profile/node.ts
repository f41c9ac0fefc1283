// A StructureDefinition's snapshot as a tree of elements and slices.
// https://hl7.org/fhir/R4/elementdefinition.html#id
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';

export interface Node {
  readonly definition: ElementDefinition;
  /** Elements inside, by name; a choice keeps its `[x]`. */
  readonly children: ReadonlyMap<string, Node>;
  readonly slices: ReadonlyMap<string, Node>;
}
interface OpenNode extends Node {
  readonly children: Map<string, Node>;
  readonly slices: Map<string, Node>;
}

/** Where the id of an element is cut: `Task.code.coding:family.system` is in `Task.code.coding:family`, which is in `Task.code.coding`. */
const ID_CUT = /^(.*)([.:])([^.:]+)$/;

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
    if (cut && parent) (cut[2] === '.' ? parent.children : parent.slices).set(cut[3]!, node);
    byId.set(id, node);
  }
  const root = byId.values().next().value;
  if (!root) throw new Error(`${url}: the definition has no snapshot; run \`npm run profiles\`.`);
  return root;
}
