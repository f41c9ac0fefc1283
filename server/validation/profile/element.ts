// The elements of a profile -> checks: how often they occur, in which types, in which slices, with which values.
// https://hl7.org/fhir/R4/profiling.html · https://hl7.org/fhir/R4/elementdefinition.html
import { isA } from '../../fhir/elements.ts';
import { type Check, type Json, report } from '../run.ts';
import { isResourceType, type Property } from '../structure/shape.ts';
import { allOf, cardinality, onEach } from './cardinality.ts';
import { compileChoice } from './choice.ts';
import { type Compilation, typeCode } from './context.ts';
import { nested } from './local.ts';
import type { Node } from './node.ts';
import { compileSibling } from './sibling.ts';
import { compileSlices } from './slices.ts';
import { compileConstraints, compileResourceValue, compileValue } from './value.ts';

/** A JSON property that carries the element: `status`, or `valueString` of `value[x]`. */
export interface Form extends Property {
  readonly name: string;
}
/** Compiles what a node demands of a value of the type. */
export type CompileNode = (node: Node, type: string, base?: Property) => Check | undefined;

/** The forms of an element: one, or those of a choice. A profile may name a single form itself: `valueQuantity`. */
function formsOf(node: Node, parentType: string, key: string, { fail, shapes }: Compilation): Form[] {
  const properties = [...(shapes(parentType)?.properties ?? [])];
  const name = key.replace('[x]', '');
  const forms = properties.flatMap(([json, property]) =>
    property.element === name || (json === name && !key.endsWith('[x]')) ? [{ ...property, name: json }] : [],
  );
  if (!forms.length)
    fail(`${node.definition.id} is not an element of ${parentType} that a profile can constrain here`);
  return forms;
}

const lengthOf = (value: unknown) => (value === undefined ? 0 : Array.isArray(value) ? value.length : 1);

/** Resources inside: which types they may have, and what is demanded of one type's elements. */
function compileResource(
  node: Node,
  compilation: Compilation,
  compileChildren: CompileNode,
): Check | undefined {
  const codes = node.definition.type?.map(({ code }) => typeCode(code)) ?? [];
  const isAny = !codes.length || codes.includes('Resource');
  const [only] = codes;
  const inner = allOf([
    ...compileResourceValue(node, compilation),
    codes.length === 1 && isResourceType(only) ? compileChildren(node, only) : undefined,
  ]);
  const outer = allOf(
    compileConstraints(node.definition, isResourceType(only) ? only : 'Resource', compilation),
  );
  if (isAny && !inner && !outer) return undefined;
  const wrongType = `must be a ${codes.join(' or ')} by ${compilation.name}`;
  return (value, run) => {
    const type = String((value as Json).resourceType);
    outer?.(value, run);
    if (!isAny && !codes.some((code) => isA(type, code))) report(run, 'structure', wrongType);
    else inner?.(value, nested(value as Json, run));
  };
}

/** Compiles a snapshot's tree. */
class TreeCompiler {
  readonly #compilation: Compilation;
  constructor(compilation: Compilation) {
    this.#compilation = compilation;
  }

  /** What a node demands of values of the type; `base` is the R4 property that it narrows. */
  readonly node: CompileNode = (node, type, base) => {
    if (type === 'Resource' && base) return compileResource(node, this.#compilation, this.#children);
    const children = base?.primitive ? undefined : this.#children(node, type);
    return allOf([...compileValue(node, type, base, this.#compilation), children]);
  };

  /** The elements inside. What a `contentReference` brings along is what R4 defines, which is checked without a profile. */
  readonly #children: CompileNode = (node, type) =>
    allOf([...node.children].map(([key, child]) => this.#child(child, type, key)));

  #child(child: Node, parentType: string, key: string): Check | undefined {
    const forms = formsOf(child, parentType, key, this.#compilation);
    if (!forms.length) return undefined;
    const [form] = forms;
    const isChoice = key.endsWith('[x]') || forms.length > 1;
    return isChoice
      ? compileChoice(child, form!.element, forms, this.#compilation, this.node)
      : this.#single(child, form!);
  }

  /** An element that is no choice, or one form of a choice that the profile names. */
  #single(node: Node, form: Form): Check | undefined {
    const { name, element, type } = form;
    const count = cardinality(node, element, this.#compilation.name);
    const check = this.#each(node, form);
    const sibling = form.primitive ? compileSibling(node, this.node) : undefined;
    const slices = compileSlices(node, element, type, this.#compilation, (slice) =>
      this.node(slice, type, form),
    );
    if (!count && !check && !slices && !sibling) return undefined;
    const underscored = `_${name}`;
    return (object, run) => {
      const value = (object as Json)[name];
      const other = (object as Json)[underscored];
      count?.(lengthOf(value ?? other), run);
      if (value !== undefined) check?.(value, run);
      slices?.(value, run);
      if (!sibling || (value ?? other) === undefined) return;
      run.path.push(element);
      sibling(value, other, run);
      run.path.pop();
    };
  }

  #each(node: Node, form: Form): Check | undefined {
    const check = this.node(node, form.type, form);
    const each = check && onEach(check);
    return (
      each &&
      ((value, run) => {
        run.path.push(form.element);
        each(value, run);
        run.path.pop();
      })
    );
  }
}

/**
 * Compiles a snapshot's tree for values of the type.
 * @returns undefined when the tree adds nothing to R4 that is checked here
 */
export function compileTree(root: Node, type: string, compilation: Compilation): Check | undefined {
  return new TreeCompiler(compilation).node(root, type);
}
