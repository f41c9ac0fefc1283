// Each invariant, slice and binding of our profiles and extensions, on its pair in fixtures/profile/, through the whole validator.
// https://hl7.org/fhir/R4/profiling.html · https://hl7.org/fhir/R4/conformance-rules.html#constraints
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Resource, StructureDefinition } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import type { Case } from '../../../scripts/profile-fixtures.ts';
import type { Issue } from '../../fhir/errors.ts';
import { createValidator, loadDefinitions } from '../../validation/index.ts';

const OURS = 'https://throughline.example/fhir/';
const folder = new URL('../../../fixtures/profile/', import.meta.url);
const definitions = loadDefinitions(new URL('../../../profiles/definitions', import.meta.url));
const { validate, profilesFor } = createValidator(definitions);
const read = <T = Resource>(path: string) => JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as T;
const casesOf = (id: string): Case[] =>
  existsSync(new URL(`${id}/index.json`, folder)) ? read<Case[]>(`${id}/index.json`) : [];
const profiles = definitions.definitions.filter(({ type }) => type !== 'Extension');
const examplesOf = (id: string) =>
  readdirSync(new URL(`${id}/`, folder)).filter((name) => /^example[^/]*\.json$/.test(name));

/** Errors and warnings, each once; what is only told does not count. */
function saidOf(resource: unknown): string[] {
  const problems = validate(resource).filter(({ severity }) => severity !== 'information');
  const lineOf = ({ severity, code, details, expression }: Issue) =>
    [severity, code, details?.coding?.[0]?.code ?? '-', expression?.join()].join(' ');
  return [...new Set(problems.map(lineOf))].sort();
}

/** What a definition states itself: the keys of its invariants, its slices, its required and extensible bindings. */
function statedBy({ differential }: StructureDefinition): string[] {
  return differential!.element.flatMap((element) => {
    const { id, sliceName, binding, constraint = [] } = element;
    const profile = element.type?.[0]?.profile?.[0] ?? OURS;
    const isSlice = sliceName && id!.endsWith(`:${sliceName}`) && !element.path!.endsWith('[x]');
    const isBound = binding?.strength === 'required' || binding?.strength === 'extensible';
    return [
      ...constraint.map(({ key }) => key!),
      ...(isSlice && profile.startsWith(OURS) ? [`slice ${id}`] : []),
      ...(isBound ? [`binding ${id}`] : []),
    ];
  });
}

t.test(
  'no invariant, slice or binding of a definition of ours is without a right and a wrong resource',
  async (t) => {
    for (const definition of definitions.definitions) {
      const shown = casesOf(definition.id!).map(({ of }) => of);
      t.strictSame([...shown].sort(), statedBy(definition).sort(), definition.id!);
    }
    const proven = definitions.definitions.flatMap(({ id }) => casesOf(id!));
    t.ok(proven.length > 300, `${proven.length} pairs`);
  },
);

for (const { id } of definitions.definitions) {
  const cases = casesOf(id!);
  if (!cases.length) continue;
  t.test(
    `${id}: the right resources have no errors and no warnings, the wrong ones just theirs`,
    async (t) => {
      for (const { of, pass, fail, issues } of cases) {
        t.strictSame(saidOf(read(`${id}/${pass}`)), [], `${of}: ${pass}`);
        const expected = issues.map(({ severity, code, rule, expression }) =>
          [severity, code, rule ?? '-', expression].join(' '),
        );
        t.strictSame(saidOf(read(`${id}/${fail}`)), expected.sort(), `${of}: ${fail}`);
      }
    },
  );
}

t.test(
  'every profile has an example that claims it, is right, and shows what must be supported',
  async (t) => {
    for (const { id, url, type } of profiles) {
      t.ok(examplesOf(id!).includes('example.json'), id!);
      for (const name of examplesOf(id!)) {
        const example = read(`${id}/${name}`);
        t.equal(example.resourceType, type, `${id}/${name}`);
        t.strictSame(example.meta?.profile, [url], `${id}/${name}`);
        t.strictSame(saidOf(example), [], `${id}/${name}`);
      }
    }
  },
);

t.test('a profile is recognised without meta.profile when its page says so, and only then', async (t) => {
  for (const { id, url } of profiles) {
    const page = readFileSync(new URL(`../../docs/profiles/${id}.md`, folder), 'utf8');
    const { meta: _, ...bare } = read(`${id}/example.json`);
    t.equal(
      profilesFor(bare).includes(url!),
      page.includes('has the code') || page.includes('has one of'),
      id!,
    );
  }
});

t.test('every code of the task families chooses its profile', async (t) => {
  const system = definitions.codeSystems.find(({ id }) => id === 'cn-task-code')!;
  const families: [RegExp, string][] = [
    [/^nav-/, 'cn-navigation-task'],
    [/^coord-/, 'cn-coordination-task'],
    [/^handoff$/, 'cn-handoff-task'],
    [/^loop-closure$/, 'cn-loop-closure-task'],
    [/^cancellation$/, 'cn-cancellation-task'],
    [/^late-work$/, 'cn-late-work-task'],
  ];
  for (const [pattern, id] of families) {
    const codes = system.concept!.map(({ code }) => code!).filter((code) => pattern.test(code));
    t.ok(codes.length, `cn-task-code has codes like ${pattern}`);
    for (const code of codes) {
      const chosen = profilesFor({
        resourceType: 'Task',
        code: { coding: [{ system: system.url, code }] },
      } as { resourceType: string });
      t.strictSame(chosen, [`${OURS}StructureDefinition/${id}`], code);
    }
  }
});

t.test(
  'a right task with a required element dropped, a wrong type or an unknown element always has an error',
  async () => {
    const tasks = profiles
      .filter(({ type }) => type === 'Task')
      .flatMap(({ id }) => examplesOf(id!).map((name) => read(`${id}/${name}`)));
    const required = ['status', 'intent', 'code'] as const;
    const elements = [
      'status',
      'code',
      'for',
      'owner',
      'input',
      'groupIdentifier',
      'authoredOn',
      'restriction',
    ];
    const change = fc.oneof(
      fc.constantFrom(...required).map((name) => ({ [name]: undefined })),
      fc
        .tuple(fc.constantFrom(...elements), fc.constantFrom<unknown>(1, true, '', [], {}, [{}], null))
        .map(([name, value]) => ({ [name]: value })),
      fc
        .tuple(fc.stringMatching(/^[a-z]{1,12}X$/), fc.jsonValue())
        .map(([name, value]) => ({ [name]: value })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...tasks), change, (task, changed) =>
        validate({ ...task, ...changed }).some(({ severity }) => severity === 'error'),
      ),
      { numRuns: 500 },
    );
  },
);

t.test('a folder that is not there is named', async (t) => {
  t.throws(
    () => loadDefinitions(new URL('./nowhere', folder)),
    /fixtures\/profile\/nowhere\/ is missing; run `npm run profiles`\./,
  );
});
