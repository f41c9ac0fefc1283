// The id and extensions of a primitive, which stand beside it in JSON: `birthDate` and `_birthDate`.
// https://hl7.org/fhir/R4/json.html#primitive
import type { Run } from '../run.ts';
import type { CompileNode } from './element.ts';
import type { Node } from './node.ts';

/** Checks what stands beside a primitive's value or list; nothing there is an empty object. The path at hand is the element's. */
export type SiblingCheck = (value: unknown, sibling: unknown, run: Run) => void;

/** Compiles the elements of a primitive, its value left out, which is no JSON property of its own. */
export function compileSibling(node: Node, compileNode: CompileNode): SiblingCheck | undefined {
  const children = new Map([...node.children].filter(([name]) => name !== 'value'));
  const { id, path } = node.definition;
  const definition = { ...(id && { id }), path: path! };
  const check = children.size
    ? compileNode({ definition, children, slices: new Map() }, 'Element')
    : undefined;
  if (!check) return undefined;
  return (value, sibling, run) => {
    if (!Array.isArray(value ?? sibling)) {
      check(sibling ?? {}, run);
      return;
    }
    const siblings = (Array.isArray(sibling) ? sibling : []) as unknown[];
    const length = Math.max(siblings.length, Array.isArray(value) ? value.length : 0);
    for (let index = 0; index < length; index++) {
      run.path.push(index);
      check(siblings[index] ?? {}, run);
      run.path.pop();
    }
  };
}
