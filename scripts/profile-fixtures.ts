// Writes fixtures/profile/: for each invariant, slice and binding of our definitions one right and one wrong resource.
// The examples and the changes that touch an invariant are written by hand; the rest is derived from the definitions.
// https://hl7.org/fhir/R4/profiling.html
import { readdirSync, readFileSync } from 'node:fs';
import type { CodeSystem, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { createBreaker, type Expected } from './profile-breaks.ts';
import { type CodesIn, codesOf, createWalker, type Json } from './profile-elements.ts';

/** One row of fixtures/profile/{id}/index.json. */
export interface Case {
  /** `cn-t-1`, `slice Task.input:consent` or `binding Task.code.coding:family`. */
  readonly of: string;
  /** Files beside index.json, or in a neighbouring folder. */
  readonly pass: string;
  readonly fail: string;
  /** What the wrong one must be told, and nothing else. */
  readonly issues: readonly Expected[];
}
/** A row of invariants.json: how the example is changed to keep and to break an invariant, as JSON merge patches (RFC 7386). */
interface Change {
  readonly pass?: Json;
  readonly fail?: Json;
  /** What else the wrong one breaks, because both demands meet in one element. */
  readonly also?: readonly Expected[];
}
interface Example {
  /** Relative to fixtures/profile. */
  readonly file: string;
  readonly resource: Json;
}

const OURS = 'https://throughline.example/fhir/';
const text = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Json = { ...(target as Json) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

/** Each extension in the resource that has the URL, with its path. */
function* extensionsIn(value: unknown, path: string, url: string): Generator<[Json, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const items = Array.isArray(child)
      ? child.map((item, n) => [item, `[${n}]`] as const)
      : [[child, ''] as const];
    for (const [item, index] of items) {
      if (key === 'extension' && (item as Json).url === url) yield [item as Json, `${path}.${key}${index}`];
      yield* extensionsIn(item, `${path}.${key}${index}`, url);
    }
  }
}

/** What a definition itself states and a fixture can prove: its invariants, slices and bindings. */
export function provable({ differential }: StructureDefinition): string[] {
  return differential!.element.flatMap(({ id, sliceName, constraint, type, binding, path }) => {
    const foreign = type?.[0]?.profile?.some((url) => !url.startsWith(OURS));
    const stated = sliceName && id!.endsWith(`:${sliceName}`) && !path!.endsWith('[x]') && !foreign;
    const bound = binding && ['required', 'extensible'].includes(binding.strength!);
    return [
      ...(constraint ?? []).map(({ key }) => key!),
      ...(stated ? [`slice ${id}`] : []),
      ...(bound ? [`binding ${id}`] : []),
    ];
  });
}

const nameOf = (of: string) =>
  of
    .replace(/^(slice|binding) [^.]+\./, '$1-')
    .replaceAll('[x]', '')
    .replaceAll(/[.:]/g, '-');

interface Source {
  readonly definition: StructureDefinition;
  readonly examples: readonly Example[];
  readonly changes: Readonly<Record<string, Change>>;
  readonly codesIn: CodesIn;
}

function invariantCase(
  { definition, examples, changes }: Source,
  key: string,
  files: Map<string, string>,
): Case {
  const { id, type } = definition;
  const change = changes[`${key} ${id}`] ?? changes[key];
  if (!change?.pass || !change.fail)
    throw new Error(`fixtures/profile/invariants.json has no ${key}; say how ${id} keeps and breaks it.`);
  const example = examples[0]!.resource;
  for (const outcome of ['pass', 'fail'] as const) {
    const resource = merge(example, change[outcome]) as Json;
    files.set(`${id}/${key}.${outcome}.json`, text({ ...resource, id: `${key}-${outcome}` }));
  }
  const broken: Expected = { severity: 'error', code: 'invariant', rule: key, expression: type! };
  return {
    of: key,
    pass: `${key}.pass.json`,
    fail: `${key}.fail.json`,
    issues: [broken, ...(change.also ?? [])],
  };
}

/** Breaks the slice or binding in the first example that has it. */
function derivedCase(source: Source, of: string, files: Map<string, string>): Case {
  const { definition, examples, changes, codesIn } = source;
  const [kind, element] = of.split(' ') as ['slice' | 'binding', string];
  const name = nameOf(of);
  for (const { file, resource } of examples) {
    const broken = structuredClone(resource);
    const roots: Iterable<[Json, string]> =
      definition.type === 'Extension'
        ? extensionsIn(broken, String(broken.resourceType), definition.url!)
        : [[broken, definition.type!]];
    for (const [root, path] of roots) {
      const walker = createWalker(definition, codesIn, path);
      const breaker = createBreaker(walker, definition.differential!.element, codesIn);
      const issue = breaker[kind](root, element);
      if (!issue) continue;
      const also = (changes[`${of} ${definition.id}`] ?? changes[of])?.also ?? [];
      files.set(`${definition.id}/${name}.fail.json`, text({ ...broken, id: `${name}-fail`.slice(0, 64) }));
      const own = file.startsWith(`${definition.id}/`);
      const pass = own ? file.slice(definition.id!.length + 1) : `../${file}`;
      return { of, pass, fail: `${name}.fail.json`, issues: [issue, ...also] };
    }
  }
  throw new Error(`No example in fixtures/profile shows ${of} of ${definition.id}; add it to one.`);
}

function readExamples(folder: URL): Example[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    name.replaceAll('\\', '/'),
  );
  return names
    .filter((name) => /\/example[^/]*\.json$/.test(name))
    .sort(
      (a, b) => Number(b.endsWith('/example.json')) - Number(a.endsWith('/example.json')) || (a < b ? -1 : 1),
    )
    .map((file) => ({ file, resource: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Json }));
}

/**
 * Derives all fixtures.
 * @param texts compiled definitions, path in profiles/definitions → text
 * @param folder fixtures/profile, with its examples and invariants.json
 * @returns path in the folder → text: index.json, and the files it names that are not examples
 */
export function fixturesOf(texts: ReadonlyMap<string, string>, folder: URL): Map<string, string> {
  const read = <T>(type: string) =>
    [...texts].filter(([path]) => path.startsWith(`${type}/`)).map(([, json]) => JSON.parse(json) as T);
  const codesIn = codesOf(read<ValueSet>('ValueSet'), read<CodeSystem>('CodeSystem'));
  const changes = JSON.parse(readFileSync(new URL('invariants.json', folder), 'utf8')) as Record<
    string,
    Change
  >;
  const all = readExamples(folder);
  const files = new Map<string, string>();
  for (const definition of read<StructureDefinition>('StructureDefinition')) {
    const own = all.filter(({ file }) => file.startsWith(`${definition.id}/`));
    const examples = definition.type === 'Extension' ? all : own;
    const source = { definition, examples, changes, codesIn };
    const cases = provable(definition).map((of) =>
      of.includes(' ') ? derivedCase(source, of, files) : invariantCase(source, of, files),
    );
    if (cases.length) files.set(`${definition.id}/index.json`, text(cases));
  }
  return files;
}
