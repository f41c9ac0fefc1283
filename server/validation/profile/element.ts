// The elements of a profile -> checks: how often they occur, in which types, in which slices, with which values.
// https://hl7.org/fhir/R4/profiling.html · https://hl7.org/fhir/R4/elementdefinition.html

import { type Check, type Json, report } from '../run.ts';
import { primitives } from '../structure/primitive.ts';
import type { Property, Shapes } from '../structure/shape.ts';
import { cardinality, onEach } from './cardinality.ts';
import type { Compilation } from './context.ts';
import type { Node } from './node.ts';
import { compileSlices } from './slices.ts';
import { compileValue } from './value.ts';

/** A JSON property that carries the element: `status`, or `valueString` of `value[x]`. */
interface Form extends Property {
  readonly name: string;
}
/** A form with what is checked of it. */
interface CompiledForm {
  readonly name: string;
  readonly check: Check | undefined;
}
type CompileNode = (node: Node, type: string, base?: Property) => Check | undefined;

function formsOf(node: Node, parentType: string, name: string, { url }: Compilation, shapes: Shapes): Form[] {
  const forms = [...(shapes(parentType)?.properties ?? [])].flatMap(([json, property]) =>
    property.element === name ? [{ ...property, name: json }] : [],
  );
  if (forms.length && !Object.hasOwn(primitives, parentType)) return forms;
  throw new Error(
    `${url}: ${node.definition.id} is not an element of ${parentType} that a profile can constrain here.`,
  );
}

/** Compiles one form of an element: the checks of its values, and of the slice that a choice has for this form. */
function compileForm(node: Node, form: Form, compileNode: CompileNode): Check | undefined {
  const slice = node.slices.get(form.name);
  const checks = [compileNode(node, form.type, form), slice && compileNode(slice, form.type, form)]
    .filter((check) => check !== undefined)
    .map(onEach);
  if (!checks.length) return undefined;
  return (value, run) => {
    run.path.push(form.element);
    for (const check of checks) check(value, run);
    run.path.pop();
  };
}

const lengthOf = (value: unknown) => (value === undefined ? 0 : Array.isArray(value) ? value.length : 1);

/** A choice: found by the keys of the object, since it may have fifty forms. */
function compileChoice(
  node: Node,
  name: string,
  forms: Form[],
  compilation: Compilation,
  compileNode: CompileNode,
): Check | undefined {
  const types = new Set(node.definition.type?.map((type) => type.code));
  const allowed = forms.filter(({ type }) => types.has(type));
  const count = cardinality(node, name, compilation.name);
  const checks = allowed.map(
    (form): CompiledForm => ({ name: form.name, check: compileForm(node, form, compileNode) }),
  );
  if (!count && allowed.length === forms.length && !checks.some(({ check }) => check)) return undefined;
  const byName = new Map<string, CompiledForm | undefined>(forms.map((form) => [form.name, undefined]));
  for (const form of checks) byName.set(form.name, form);
  const wrongForm = `must be given as ${allowed.map((form) => form.name).join(' or ')} by ${compilation.name}`;
  return (object, run) => {
    let found = 0;
    for (const key in object as Json) {
      const json = key.charCodeAt(0) === 95 ? key.slice(1) : key;
      if (!byName.has(json)) continue;
      found = 1;
      const form = byName.get(json);
      if (form) {
        if (json === key) form.check?.((object as Json)[key], run);
      } else report(run, 'structure', wrongForm, { below: name });
    }
    count?.(found, run);
  };
}

/** An element that is no choice. */
function compileSingle(
  node: Node,
  name: string,
  form: Form,
  compilation: Compilation,
  compileNode: CompileNode,
): Check | undefined {
  const count = cardinality(node, name, compilation.name);
  const check = compileForm(node, form, compileNode);
  const slices = compileSlices(node, name, compilation, (slice) => compileNode(slice, form.type, form));
  if (!count && !check && !slices) return undefined;
  const sibling = `_${name}`;
  return (object, run) => {
    const value = (object as Json)[name];
    count?.(lengthOf(value ?? (object as Json)[sibling]), run);
    if (value !== undefined) check?.(value, run);
    slices?.(value, run);
  };
}

/**
 * Compiles a snapshot's tree for values of the type.
 * @returns undefined when the tree adds nothing to R4 that is checked here
 * @throws Error that names the definition and the element when it cannot be checked
 */
export function compileTree(
  root: Node,
  type: string,
  compilation: Compilation,
  shapes: Shapes,
): Check | undefined {
  const compileNode: CompileNode = (node, nodeType, base) => {
    const checks = compileValue(node, nodeType, base, compilation);
    for (const [key, child] of node.children) {
      const name = key.replace('[x]', '');
      const forms = formsOf(child, nodeType, name, compilation, shapes);
      const check = key.endsWith('[x]')
        ? compileChoice(child, name, forms, compilation, compileNode)
        : compileSingle(child, name, forms[0]!, compilation, compileNode);
      if (check) checks.push(check);
    }
    if (!checks.length) return undefined;
    return (value, run) => {
      for (const check of checks) check(value, run);
    };
  };
  return compileNode(root, type);
}
