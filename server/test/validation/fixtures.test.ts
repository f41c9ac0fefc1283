// Each invariant of our compiled profiles, on its pair in fixtures/invariant/, through the whole validator.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import { readdirSync, readFileSync } from 'node:fs';
import type { Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { createValidator, loadDefinitions } from '../../validation/index.ts';

const folder = new URL('../../../fixtures/invariant/', import.meta.url);
const definitions = loadDefinitions(new URL('../../../profiles/definitions', import.meta.url));
const { validate, profilesFor } = createValidator(definitions);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Resource;
const errorsOf = (resource: unknown) => validate(resource).filter(({ severity }) => severity === 'error');

for (const name of names) {
  const [key, outcome] = name.split('.') as [string, string];
  const expected = outcome === 'pass' ? [] : [{ code: 'invariant', rule: key }];
  t.test(`${name} ${outcome === 'pass' ? 'has no errors' : `breaks ${key} and nothing else`}`, async (t) => {
    const resource = read(name);
    t.ok(profilesFor(resource).length, 'a profile of ours applies');
    const errors = errorsOf(resource).map(({ code, details }) => ({
      code,
      rule: details?.coding?.[0]?.code,
    }));
    t.strictSame(errors, expected);
  });
}

t.test('every code of the task families chooses its profile', async (t) => {
  const system = definitions.codeSystems.find(({ id }) => id === 'cn-task-code')!;
  const profiles: [RegExp, string][] = [
    [/^nav-/, 'cn-navigation-task'],
    [/^coord-/, 'cn-coordination-task'],
    [/^handoff$/, 'cn-handoff-task'],
    [/^loop-closure$/, 'cn-loop-closure-task'],
  ];
  for (const [pattern, id] of profiles) {
    const codes = system.concept!.map(({ code }) => code!).filter((code) => pattern.test(code));
    t.ok(codes.length, `cn-task-code has codes like ${pattern}`);
    for (const code of codes) {
      const chosen = profilesFor({
        resourceType: 'Task',
        code: { coding: [{ system: system.url, code }] },
      } as { resourceType: string });
      t.strictSame(chosen, [`https://throughline.example/fhir/StructureDefinition/${id}`], code);
    }
  }
});

t.test(
  'a right task with a required element dropped, a wrong type or an unknown element always has an error',
  async () => {
    const tasks = names
      .filter((name) => name.endsWith('.pass.json'))
      .map(read)
      .filter(({ resourceType }) => resourceType === 'Task');
    const required = ['status', 'intent', 'code'] as const;
    const change = fc.oneof(
      fc.constantFrom(...required).map((name) => ({ [name]: undefined })),
      fc
        .tuple(
          fc.constantFrom(
            'status',
            'code',
            'for',
            'focus',
            'owner',
            'input',
            'groupIdentifier',
            'authoredOn',
            'restriction',
          ),
          fc.constantFrom<unknown>(1, true, '', [], {}, [{}], null),
        )
        .map(([name, value]) => ({ [name]: value })),
      fc
        .tuple(fc.stringMatching(/^[a-z]{1,12}X$/), fc.jsonValue())
        .map(([name, value]) => ({ [name]: value })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...tasks),
        change,
        (task, changed) => errorsOf({ ...task, ...changed }).length > 0,
      ),
      { numRuns: 500 },
    );
  },
);

t.test('a folder that is not there is named', async (t) => {
  t.throws(
    () => loadDefinitions(new URL('./nowhere', folder)),
    /fixtures\/invariant\/nowhere\/ is missing; run `npm run profiles`\./,
  );
});
