// Every invariant of our profiles holds on its pass fixture and is broken by its fail fixture, which breaks nothing else.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import { readdirSync, readFileSync } from 'node:fs';
import type { ElementDefinitionConstraint, Resource, StructureDefinition } from '@medplum/fhirtypes';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import t from 'tap';

const fixtures = new URL('../../../fixtures/invariant/', import.meta.url);
const definitions = new URL('../../../profiles/definitions/StructureDefinition/', import.meta.url);
const read = <T>(folder: URL, name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;

const profiles = readdirSync(definitions)
  .map((name) => read<StructureDefinition>(definitions, name))
  .filter((definition) => definition.type !== 'Extension');

/** Our constraints on the root of a profile, by key. */
function invariantsOf(profile: StructureDefinition): Map<string, ElementDefinitionConstraint> {
  const own = profile.snapshot!.element[0]!.constraint!.filter((constraint) =>
    constraint.key.startsWith('cn-'),
  );
  return new Map(own.map((constraint) => [constraint.key, constraint]));
}

const holds = (resource: Resource, constraint: ElementDefinitionConstraint): unknown[] =>
  fhirpath.evaluate(resource, constraint.expression!, undefined, r4) as unknown[];

const profileOf = (resource: Resource): StructureDefinition => {
  const profile = profiles.find(({ url }) => url === resource.meta?.profile?.[0]);
  if (!profile) throw new Error(`${resource.id} names no profile of ours`);
  return profile;
};

const keys = [...new Set(profiles.flatMap((profile) => [...invariantsOf(profile).keys()]))].sort();

t.test('every invariant is a constraint on the root of its profile', async (t) => {
  for (const profile of profiles) {
    const deeper = profile.snapshot!.element.slice(1).flatMap((element) => element.constraint ?? []);
    t.same(
      deeper.filter((constraint) => constraint.key.startsWith('cn-')),
      [],
      profile.name,
    );
  }
});

t.test(
  'every invariant has one pass and one fail fixture, and every fixture has its invariant',
  async (t) => {
    const expected = keys.flatMap((key) => [`${key}.fail.json`, `${key}.pass.json`]);
    t.ok(keys.length > 0);
    t.same(readdirSync(fixtures).sort(), expected.sort());
  },
);

for (const key of keys) {
  t.test(`${key} holds on the pass fixture, with every other invariant of its profile`, async (t) => {
    const resource = read<Resource>(fixtures, `${key}.pass.json`);
    const profile = profileOf(resource);
    t.equal(resource.resourceType, profile.type);
    t.ok(invariantsOf(profile).has(key), `${profile.id} carries ${key}`);
    for (const [other, constraint] of invariantsOf(profile))
      t.same(holds(resource, constraint), [true], other);
  });

  t.test(`${key} alone is broken by the fail fixture`, async (t) => {
    const resource = read<Resource>(fixtures, `${key}.fail.json`);
    for (const [other, constraint] of invariantsOf(profileOf(resource))) {
      t.same(holds(resource, constraint), [other !== key], other);
    }
  });
}

t.test('every invariant is an error with a sentence that says what to do', async (t) => {
  for (const constraint of profiles.flatMap((profile) => [...invariantsOf(profile).values()])) {
    t.equal(constraint.severity, 'error', constraint.key);
    t.match(constraint.human, /: .+\.$/, constraint.key);
  }
});
