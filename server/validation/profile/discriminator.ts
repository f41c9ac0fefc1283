// Discriminators: which slice a value belongs to.
// https://hl7.org/fhir/R4/profiling.html#discriminator
import type { ElementDefinitionSlicingDiscriminator } from '@medplum/fhirtypes';
import type { Json } from '../run.ts';
import { isBound } from '../structure/codes.ts';
import type { Compilation } from './context.ts';
import { type Given, givenIn, isGiven } from './match.ts';
import type { Node } from './node.ts';
import { targetsOf } from './value.ts';

/** Whether a value belongs to the slice. */
export type Matcher = (value: unknown) => boolean;

/** Whether a value at the path of plain element names passes the test. Lists on the way are looked into. */
function someAt(
  value: unknown,
  path: readonly string[],
  test: (value: unknown) => boolean,
  depth = 0,
): boolean {
  if (value === undefined) return false;
  if (Array.isArray(value)) return value.some((item) => someAt(item, path, test, depth));
  if (depth === path.length) return test(value);
  return (
    typeof value === 'object' &&
    value !== null &&
    someAt((value as Json)[path[depth]!], path, test, depth + 1)
  );
}

/** What the slice demands at the path: given there, or inside a value given above it. */
function givenAt(slice: Node, path: readonly string[]): Given | undefined {
  let node: Node | undefined = slice;
  for (let depth = 0; node; depth++) {
    const given = givenIn(node.definition);
    if (given) {
      let value: unknown;
      someAt(given.value, path.slice(depth), (found) => {
        value = found;
        return true;
      });
      if (value !== undefined) return { kind: given.kind, value };
    }
    if (depth === path.length) return undefined;
    node = node.children.get(path[depth]!);
  }
  return undefined;
}

const nodeAt = (slice: Node, path: readonly string[]): Node | undefined =>
  path.reduce<Node | undefined>((node, name) => node?.children.get(name), slice);

/** `value` and `pattern`: a fixed value, a pattern, the URL of an extension's profile, or a required binding. */
function byValue(compilation: Compilation, slice: Node, path: readonly string[]): Matcher | undefined {
  const given = givenAt(slice, path);
  if (given) return (value) => someAt(value, path, (found) => isGiven(given, found));
  const type = slice.definition.type?.[0];
  if (path.join('.') === 'url' && type?.code === 'Extension' && type.profile?.length === 1) {
    const url = type.profile[0]!;
    return (value) => (value as Json).url === url;
  }
  const at = nodeAt(slice, path)?.definition;
  const codes =
    at?.binding?.strength === 'required' ? compilation.codesOf(at.binding.valueSet ?? '') : undefined;
  const boundType = at?.type?.[0]?.code;
  if (!codes || !boundType) return undefined;
  return (value) => someAt(value, path, (found) => isBound(codes, boundType, found));
}

/** `exists`: the slice demands the element (min 1) or forbids it (max 0). */
function byExistence(_: Compilation, slice: Node, path: readonly string[]): Matcher | undefined {
  const definition = nodeAt(slice, path)?.definition;
  if (!definition) return undefined;
  if (definition.max === '0') return (value) => !someAt(value, path, () => true);
  return definition.min ? (value) => someAt(value, path, () => true) : undefined;
}

/** `Type` in `Type/id`, also at the end of a URL. */
const TARGET = /(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+$/;

/** `type` of a reference's target, seen in `Type/id`: the path ends with `resolve()`. */
function byTarget(compilation: Compilation, slice: Node, path: readonly string[]): Matcher | undefined {
  const reference = path.slice(0, -1);
  const targets = targetsOf(nodeAt(slice, reference)?.definition.type, compilation);
  if (path.at(-1) !== 'resolve()' || !targets) return undefined;
  const isTarget = (text: unknown) => targets.includes(TARGET.exec(String(text))?.[1] ?? '');
  return (value) => someAt(value, [...reference, 'reference'], isTarget);
}

const MATCHERS: Readonly<
  Record<string, (compilation: Compilation, slice: Node, path: readonly string[]) => Matcher | undefined>
> = {
  value: byValue,
  pattern: byValue,
  exists: byExistence,
  type: byTarget,
};

function matcherFor(
  compilation: Compilation,
  slice: Node,
  { type, path }: ElementDefinitionSlicingDiscriminator,
): Matcher {
  const names = path === '$this' ? [] : (path ?? '').split('.');
  const matcher = MATCHERS[type ?? '']?.(compilation, slice, names);
  if (!matcher) {
    throw new Error(
      `${compilation.url}: slice ${slice.definition.id} gives nothing to tell it by (${type} at ${path}).`,
    );
  }
  return matcher;
}

/**
 * Compiles the discriminators of a slice; a value belongs to it when all agree.
 * @throws Error that names definition and slice when a discriminator is not supported or the slice demands nothing for it
 */
export function matcherOf(compilation: Compilation, sliced: Node, slice: Node): Matcher {
  const discriminators = sliced.definition.slicing?.discriminator ?? [];
  if (!discriminators.length)
    throw new Error(`${compilation.url}: ${sliced.definition.id} is sliced without a discriminator.`);
  const matchers = discriminators.map((discriminator) => matcherFor(compilation, slice, discriminator));
  return (value) => matchers.every((matches) => matches(value));
}
