// A choice of types: which forms a profile lets it have, and what each of them, and each of its slices, must hold.
// https://hl7.org/fhir/R4/formats.html#choice · https://hl7.org/fhir/R4/profiling.html#slicing
import { type Check, type Json, type Run, report } from '../run.ts';
import { type Count, cardinality } from './cardinality.ts';
import { type Compilation, typeCode } from './context.ts';
import { matcherOf } from './discriminator.ts';
import type { Test } from './discriminator-path.ts';
import type { CompileNode, Form } from './element.ts';
import type { Node } from './node.ts';
import { compileSibling, type SiblingCheck } from './sibling.ts';

/** A slice of the choice, for one form. */
interface FormSlice {
  readonly place: number;
  readonly matches: Test | undefined;
  readonly check: Check | undefined;
  readonly sibling: SiblingCheck | undefined;
}
/** What is checked of one form. */
interface CompiledForm {
  readonly check: Check | undefined;
  readonly sibling: SiblingCheck | undefined;
  readonly slices: readonly FormSlice[];
}

/** The types that a slice takes: those it lists, or the one that its name ends with. */
function typesOf({ definition }: Node, forms: readonly Form[]): ReadonlySet<string> {
  const named = forms.find(({ name }) => name === definition.sliceName);
  if (named) return new Set([named.type]);
  return new Set(definition.type?.map(({ code }) => typeCode(code)) ?? forms.map(({ type }) => type));
}

const checksOf = (node: Node, form: Form, compileNode: CompileNode) => ({
  check: compileNode(node, form.type, form),
  sibling: form.primitive ? compileSibling(node, compileNode) : undefined,
});

function slicesOf(
  node: Node,
  form: Form,
  forms: readonly Form[],
  compilation: Compilation,
  compileNode: CompileNode,
): FormSlice[] {
  const others = (node.definition.slicing?.discriminator ?? []).filter(
    ({ type, path }) => !(type === 'type' && path === '$this'),
  );
  return [...node.slices.values()].flatMap((slice, place) => {
    if (!typesOf(slice, forms).has(form.type)) return [];
    const matches = others.length ? matcherOf(compilation, slice, form.type, others) : undefined;
    if (others.length && !matches) return [];
    return [{ place, matches, ...checksOf(slice, form, compileNode) }];
  });
}

/** Whether the form needs a look at its value. */
const isUseful = ({ check, sibling, slices }: CompiledForm) =>
  (check ?? sibling) !== undefined || slices.some((slice) => slice.check ?? slice.sibling);

/** Runs the checks of a form that is present. @returns the place of its slice, or -1 */
function runForm(form: CompiledForm, value: unknown, beside: unknown, run: Run): number {
  const slice = form.slices.find(({ matches }) => !matches || (value !== undefined && matches(value, run)));
  if (value !== undefined) {
    form.check?.(value, run);
    slice?.check?.(value, run);
  }
  form.sibling?.(value, beside, run);
  slice?.sibling?.(value, beside, run);
  return slice?.place ?? -1;
}

/** Compiles a choice. It is found by the keys of the object, since it may have fifty forms. */
export function compileChoice(
  node: Node,
  name: string,
  forms: readonly Form[],
  compilation: Compilation,
  compileNode: CompileNode,
): Check | undefined {
  const owner = compilation.name;
  const types = new Set(
    node.definition.type?.map(({ code }) => typeCode(code)) ?? forms.map(({ type }) => type),
  );
  const allowed = forms.filter(({ type }) => types.has(type));
  const isClosed = node.slices.size > 0 && node.definition.slicing?.rules === 'closed';
  const count = cardinality(node, name, owner);
  const sliceCounts = [...node.slices.values()].map((slice) => cardinality(slice, name, owner));
  const byName = new Map<string, CompiledForm | undefined>(forms.map((form) => [form.name, undefined]));
  for (const form of allowed) {
    const slices = slicesOf(node, form, forms, compilation, compileNode);
    byName.set(form.name, { ...checksOf(node, form, compileNode), slices });
  }
  const isNarrowed = allowed.length < forms.length || isClosed || sliceCounts.some((one) => one);
  if (!count && !isNarrowed && ![...byName.values()].some((form) => form && isUseful(form))) return undefined;
  const wrongForm = `must be given as ${allowed.map((form) => form.name).join(' or ')} by ${owner}`;
  const foreign = `is none of ${[...node.slices.keys()].join(', ')}, and ${owner} allows no other`;
  const checkForm = (json: string, object: Json, run: Run): number => {
    const form = byName.get(json);
    if (!form) {
      report(run, 'structure', wrongForm);
      return -1;
    }
    const place = runForm(form, object[json], object[`_${json}`], run);
    if (place < 0 && isClosed) report(run, 'structure', foreign);
    return place;
  };
  return countedChoice(name, byName, count, sliceCounts, checkForm);
}

/** Looks for the form that an object has, checks it, and counts it and its slice. */
function countedChoice(
  name: string,
  forms: ReadonlyMap<string, unknown>,
  count: Count | undefined,
  sliceCounts: readonly (Count | undefined)[],
  checkForm: (json: string, object: Json, run: Run) => number,
): Check {
  return (object, run) => {
    let found: string | undefined;
    let place = -1;
    for (const key in object as Json) {
      const json = key.charCodeAt(0) === 95 ? key.slice(1) : key;
      if (json === found || !forms.has(json)) continue;
      found = json;
      run.path.push(name);
      place = checkForm(json, object as Json, run);
      run.path.pop();
    }
    count?.(found === undefined ? 0 : 1, run);
    for (let at = 0; at < sliceCounts.length; at++) sliceCounts[at]?.(at === place ? 1 : 0, run);
  };
}
