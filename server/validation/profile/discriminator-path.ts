// Paths of discriminators: what a slice demands there, and what a value has there.
// https://hl7.org/fhir/R4/profiling.html#discriminator
import { choiceName } from '../../fhir/elements.ts';
import type { Json, Run } from '../run.ts';
import { type Compilation, typeCode, withoutVersion } from './context.ts';
import { resolve } from './local.ts';
import type { Node } from './node.ts';

/** One step of a path. */
export type Step =
  | { readonly kind: 'element'; readonly name: string; readonly ofType?: string }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'resolve' };

const STEP =
  /^(?:(?<resolve>resolve\(\))|extension\(\s*['"]?(?<url>[^'")]+)['"]?\s*\)|ofType\((?<type>\w+)\)|(?<this>\$this)|(?<name>[A-Za-z]\w*)(?:\[x\])?)(?:\.|$)/;

/** Reads a discriminator's path: names, `$this`, `resolve()`, `ofType(…)`, `extension('…')`. Undefined for any other. */
export function parsePath(path: string): Step[] | undefined {
  const steps: Step[] = [];
  let rest = path;
  while (rest) {
    const found = STEP.exec(rest);
    if (!found) return undefined;
    const { resolve: isResolve, url, type, name } = found.groups!;
    if (isResolve) steps.push({ kind: 'resolve' });
    else if (url) steps.push({ kind: 'extension', url });
    else if (name) steps.push({ kind: 'element', name });
    else if (type) {
      const last = steps.pop();
      if (last?.kind !== 'element') return undefined;
      steps.push({ ...last, ofType: type });
    }
    rest = rest.slice(found[0].length);
  }
  return steps;
}

/** A place in a definition: its node, and those of the profiles that its types name. */
export interface Place {
  readonly nodes: readonly Node[];
  /** FHIR type of the values, as far as it is one. */
  readonly type: string | undefined;
}

const typesOf = (node: Node) => node.definition.type ?? [];

/** Profiles that the types of a place demand; for references, of what they point at. */
export const profilesAt = ({ nodes }: Place, key: 'profile' | 'targetProfile'): string[] => [
  ...new Set(nodes.flatMap((node) => typesOf(node).flatMap((type) => type[key] ?? []))),
];

/** A place together with the trees of the profiles that its type names. */
function widened(nodes: readonly Node[], type: string | undefined, { treeAt }: Compilation): Place {
  const place = { nodes, type };
  const trees = profilesAt(place, 'profile').flatMap((url) => treeAt(url) ?? []);
  return { nodes: [...nodes, ...trees], type };
}

export const placeOf = (node: Node, type: string | undefined, compilation: Compilation): Place =>
  widened([node], type, compilation);

function elementPlace(
  { nodes, type }: Place,
  { name, ofType }: { name: string; ofType?: string },
  compilation: Compilation,
): Place {
  const found = nodes.flatMap(({ children }) => {
    const child = children.get(name) ?? children.get(`${name}[x]`);
    const form = ofType && choiceName(name, ofType);
    const slices = [...(child?.slices.values() ?? [])].filter(
      ({ definition }) => definition.sliceName === form || (!form && definition.min),
    );
    return child ? [child, ...slices] : [];
  });
  const forms = [...(compilation.shapes(type ?? '')?.properties.values() ?? [])].filter(
    ({ element }) => element === name,
  );
  const codes = new Set(found.flatMap((node) => typesOf(node).map(({ code }) => typeCode(code))));
  const narrowed = forms.filter((form) => !codes.size || codes.has(form.type));
  const only =
    ofType ?? (narrowed.length === 1 ? narrowed[0]!.type : forms.length === 1 ? forms[0]!.type : undefined);
  const resource = only === 'Resource' && codes.size === 1 ? [...codes][0] : only;
  return widened(found, resource, compilation);
}

function extensionPlace({ nodes }: Place, url: string, compilation: Compilation): Place {
  const slices = nodes.flatMap(({ children }) => [...(children.get('extension')?.slices.values() ?? [])]);
  const found = slices.filter(({ definition, children }) => {
    const given = children.get('url')?.definition as { fixedUri?: string } | undefined;
    return given?.fixedUri === url || definition.type?.some(({ profile }) => profile?.includes(url));
  });
  const tree = compilation.treeAt(url);
  return { nodes: [...found, ...(tree ? [tree] : [])], type: 'Extension' };
}

function targetPlace(place: Place, { treeAt, lookup }: Compilation): Place {
  const urls = profilesAt(place, 'targetProfile');
  const type = urls.length === 1 ? lookup(urls[0]!)?.type : undefined;
  return { nodes: urls.flatMap((url) => treeAt(withoutVersion(url)) ?? []), type };
}

/** Goes one step in a definition. */
export function descend(place: Place, step: Step, compilation: Compilation): Place {
  if (step.kind === 'element') return elementPlace(place, step, compilation);
  if (step.kind === 'extension') return extensionPlace(place, step.url, compilation);
  return targetPlace(place, compilation);
}

/** A test of a value that was found, in the run of its resource. */
export type Test = (value: unknown, run: Run) => boolean;

/** Runs a test on a value, or on each item of a list. */
const some = (value: unknown, run: Run, test: Test): boolean =>
  Array.isArray(value) ? value.some((item) => test(item, run)) : value !== undefined && test(value, run);

/** The JSON names of an element: one, or those of a choice. */
function namesOf(
  type: string | undefined,
  { name, ofType }: { name: string; ofType?: string },
  compilation: Compilation,
) {
  const properties = [...(compilation.shapes(type ?? '')?.properties ?? [])];
  const names = properties.flatMap(([json, property]) =>
    property.element === name && (!ofType || property.type === ofType) ? [json] : [],
  );
  return names.length ? names : [name];
}

function elementTest(names: readonly string[], test: Test): Test {
  return (value, run) => {
    if (typeof value !== 'object' || value === null) return false;
    return names.some((name) => {
      const found = (value as Json)[name] ?? (value as Json)[`_${name}`];
      return some(found, run, test);
    });
  };
}

const isExtensionOf =
  (url: string, test: Test): Test =>
  (value, run) =>
    (value as Json | null)?.url === url && test(value, run);

/** Compiles the way to the values at the end of a path: whether some value there passes the test. */
export function someAt(steps: readonly Step[], start: Place, compilation: Compilation, test: Test): Test {
  const [step, ...rest] = steps;
  if (!step) return test;
  const inner = someAt(rest, descend(start, step, compilation), compilation, test);
  if (step.kind === 'element') return elementTest(namesOf(start.type, step, compilation), inner);
  if (step.kind === 'extension') return elementTest(['extension'], isExtensionOf(step.url, inner));
  return (value, run) => {
    const target = resolve((value as Json | null)?.reference, run);
    return target !== undefined && inner(target.resource, target);
  };
}
