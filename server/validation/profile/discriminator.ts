// Discriminators: which slice a value belongs to.
// https://hl7.org/fhir/R4/profiling.html#discriminator
import type { ElementDefinitionSlicingDiscriminator } from '@medplum/fhirtypes';
import { isA } from '../../fhir/elements.ts';
import type { Json } from '../run.ts';
import { isResourceType } from '../structure/shape.ts';
import { boundTest } from './binding.ts';
import { baseType, type Compilation, typeCode } from './context.ts';
import {
  descend,
  type Place,
  parsePath,
  placeOf,
  profilesAt,
  type Step,
  someAt,
  type Test,
} from './discriminator-path.ts';
import { nested, resolve } from './local.ts';
import { contains, type Given, givenIn, isGiven } from './match.ts';
import type { Node } from './node.ts';
import { followsOne, profileOptions } from './reference.ts';

/** A discriminator of one slice, while it is compiled. */
interface Situation {
  readonly compilation: Compilation;
  readonly steps: readonly Step[];
  readonly start: Place;
  /** The places on the way, the start first and the end last. */
  readonly places: readonly Place[];
}
const endOf = ({ places }: Situation): Place => places.at(-1)!;

/** The part of a demanded value that lies below it: `code` in a demanded Coding. */
function partOf(value: unknown, names: readonly string[]): unknown {
  const [name, ...rest] = names;
  if (name === undefined || value === undefined) return value;
  if (Array.isArray(value))
    return value.map((item) => partOf(item, names)).find((part) => part !== undefined);
  return typeof value === 'object' && value !== null ? partOf((value as Json)[name], rest) : undefined;
}

/** What the slice demands at the path: given there, or inside a value given above it. */
function givenAt({ steps, places }: Situation): Given | undefined {
  for (let depth = places.length - 1; depth >= 0; depth--) {
    const below = steps.slice(depth);
    if (below.some(({ kind }) => kind !== 'element')) return undefined;
    const names = below.map((step) => (step as { name: string }).name);
    for (const { definition } of places[depth]!.nodes) {
      const given = givenIn(definition);
      const value = given && partOf(given.value, names);
      if (value !== undefined) return { kind: given!.kind, value };
    }
  }
  return undefined;
}

/** What is demanded of the elements inside, as one pattern: `coding.code` and `coding.system` each on its own. */
function patternBelow({ children, slices }: Node): unknown {
  const pattern: Json = {};
  for (const [name, child] of children) {
    const given = givenIn(child.definition)?.value ?? patternBelow(child);
    const isList = child.definition.base?.max === '*' || child.definition.max === '*';
    if (given !== undefined)
      pattern[name.replace('[x]', '')] = isList && !Array.isArray(given) ? [given] : given;
  }
  for (const slice of slices.values()) {
    const given = slice.definition.min
      ? (givenIn(slice.definition)?.value ?? patternBelow(slice))
      : undefined;
    if (given !== undefined) return [given];
  }
  return Object.keys(pattern).length ? pattern : undefined;
}

const atEnd = ({ steps, start, compilation }: Situation, test: Test): Test =>
  someAt(steps, start, compilation, test);

/** `value` and `pattern`: a fixed value, a pattern, the URL of an extension's profile, or a required binding. */
function byValue(situation: Situation): Test | undefined {
  const { steps, start, compilation } = situation;
  const given = givenAt(situation);
  if (given) return atEnd(situation, (found) => isGiven(given, found));
  const [url] =
    steps.length === 1 && (steps[0] as { name?: string }).name === 'url' ? profilesAt(start, 'profile') : [];
  if (url) return (value) => (value as Json).url === url;
  const end = endOf(situation);
  for (const node of end.nodes) {
    const pattern = patternBelow(node);
    if (pattern !== undefined) return atEnd(situation, (found) => contains(pattern, found));
  }
  const binding = end.nodes.find(({ definition }) => definition.binding?.strength === 'required')?.definition
    .binding;
  const type = end.type ?? typeCode(end.nodes[0]?.definition.type?.[0]?.code);
  const isBound = binding && boundTest(binding.valueSet, type, compilation.codesOf);
  return isBound && atEnd(situation, isBound);
}

/** `exists`: the slice demands the element (min 1) or forbids it (max 0). */
function byExistence(situation: Situation): Test | undefined {
  const definition = endOf(situation).nodes[0]?.definition;
  const isThere = atEnd(situation, () => true);
  if (definition?.max === '0') return (value, run) => !isThere(value, run);
  return definition?.min ? isThere : undefined;
}

/** `Type` in `Type/id`, also at the end of a URL. */
const TARGET = /(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+$/;

/** `type` of a reference's target, in this resource or Bundle, else seen in `Type/id`: the path ends with `resolve()`. */
function byTarget({ steps, start, places, compilation }: Situation): Test | undefined {
  const urls = profilesAt(places.at(-2)!, 'targetProfile');
  const types = urls.map((url) => compilation.lookup(url)?.type ?? baseType(url, compilation.shapes) ?? '');
  if (!types.length) return undefined;
  const isOneOf = (type: unknown) => types.some((wanted) => isA(String(type), wanted));
  return someAt(steps.slice(0, -1), start, compilation, (value, run) => {
    const { reference, type } = (value ?? {}) as { reference?: unknown; type?: unknown };
    const target = resolve(reference, run);
    if (target) return isOneOf((target.resource as Json).resourceType);
    return isOneOf(TARGET.exec(String(reference))?.[1] ?? type ?? '');
  });
}

/** `type`: of a choice, of a resource, or of what a reference points at. */
function byType(situation: Situation): Test | undefined {
  const { steps, start, compilation } = situation;
  if (steps.at(-1)?.kind === 'resolve') return byTarget(situation);
  const codes = endOf(situation).nodes.flatMap(
    ({ definition }) => definition.type?.map(({ code }) => typeCode(code)) ?? [],
  );
  if (!codes.length) return undefined;
  if (codes.filter(isResourceType).length === codes.length)
    return atEnd(situation, (found) => codes.includes(String((found as Json | null)?.resourceType)));
  const last = steps.at(-1);
  if (last?.kind !== 'element') return () => true;
  const owner = situation.places.at(-2)!;
  const tests = codes.map((ofType) => someAt([{ ...last, ofType }], owner, compilation, () => true));
  const before = steps.slice(0, -1);
  return someAt(before, start, compilation, (value, run) => tests.some((test) => test(value, run)));
}

/** `profile`: of a value, or of what a reference points at. */
function byProfile(situation: Situation): Test | undefined {
  const { steps, places, compilation } = situation;
  const isTarget = steps.at(-1)?.kind === 'resolve';
  const urls = isTarget
    ? profilesAt(places.at(-2)!, 'targetProfile')
    : profilesAt({ nodes: endOf(situation).nodes.slice(0, 1), type: undefined }, 'profile');
  const options = profileOptions(urls, compilation);
  if (!options.length) return undefined;
  return atEnd(situation, (value, run) => {
    const isResource = typeof (value as Json | null)?.resourceType === 'string';
    return followsOne(options, value, isResource && !isTarget ? nested(value as Json, run) : run);
  });
}

const MATCHERS: Readonly<Record<string, (situation: Situation) => Test | undefined>> = {
  value: byValue,
  pattern: byValue,
  exists: byExistence,
  type: byType,
  profile: byProfile,
};

/** The matcher of one discriminator; undefined when the slice says nothing about it. */
function matcherFor(
  compilation: Compilation,
  slice: Node,
  type: string | undefined,
  discriminator: ElementDefinitionSlicingDiscriminator,
): Test | undefined {
  const steps = parsePath(discriminator.path ?? '');
  if (!steps) return undefined;
  const start = placeOf(slice, type, compilation);
  const places = [start];
  for (const step of steps) places.push(descend(places.at(-1)!, step, compilation));
  const situation: Situation = { compilation, steps, start, places };
  if (steps.length && endOf(situation).nodes[0]?.definition.max === '0') return byExistence(situation);
  return MATCHERS[discriminator.type ?? '']?.(situation);
}

/**
 * Compiles the discriminators of a slice; a value belongs to it when all agree that the slice says something about.
 * @param type FHIR type of the values
 * @returns undefined when the slice cannot be told; the compilation has taken note
 */
export function matcherOf(
  compilation: Compilation,
  slice: Node,
  type: string | undefined,
  discriminators: readonly ElementDefinitionSlicingDiscriminator[],
): Test | undefined {
  const matchers = discriminators.map((one) => matcherFor(compilation, slice, type, one));
  const [first, ...others] = matchers.filter((matcher) => matcher !== undefined);
  if (!first) {
    const told = discriminators.map((one) => `${one.type} at ${one.path}`).join(', ');
    compilation.fail(`slice ${slice.definition.id} gives nothing to tell it by (${told})`);
  }
  if (!first || !others.length) return first;
  return (value, run) => first(value, run) && others.every((matches) => matches(value, run));
}
