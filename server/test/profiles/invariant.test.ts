// Every invariant of our profiles holds on its right resource and is broken by its wrong one, which breaks only what its row
// in index.json names; as an engine that is not ours sees it.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { ElementDefinitionConstraint, Resource, StructureDefinition } from '@medplum/fhirtypes';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import t from 'tap';
import type { Case } from '../../../scripts/profile-fixtures.ts';

const fixtures = new URL('../../../fixtures/profile/', import.meta.url);
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

/** The pairs of a profile: one for each invariant that it states itself. */
const pairsOf = ({ id }: StructureDefinition): Case[] =>
  existsSync(new URL(`${id}/index.json`, fixtures))
    ? read<Case[]>(fixtures, `${id}/index.json`).filter(({ of }) => of.startsWith('cn-'))
    : [];

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

t.test('every invariant that a profile states has one right and one wrong resource', async (t) => {
  for (const profile of profiles) {
    const stated = profile.differential!.element[0]!.constraint ?? [];
    t.same(
      pairsOf(profile)
        .map(({ of }) => of)
        .sort(),
      stated.map(({ key }) => key).sort(),
      profile.id!,
    );
  }
  t.ok(profiles.flatMap(pairsOf).length > 80);
});

for (const profile of profiles) {
  const pairs = pairsOf(profile);
  if (!pairs.length) continue;
  t.test(
    `${profile.id}: all hold on the right resources, those named are broken by each wrong one`,
    async (t) => {
      for (const { pass, fail, issues } of pairs) {
        const broken = new Set(issues.map(({ rule }) => rule));
        for (const name of [pass, fail]) {
          const resource = read<Resource>(fixtures, `${profile.id}/${name}`);
          t.equal(resource.resourceType, profile.type, name);
          for (const [key, constraint] of invariantsOf(profile))
            t.same(holds(resource, constraint), [name === pass || !broken.has(key)], `${name}: ${key}`);
        }
      }
    },
  );
}

t.test('every invariant is an error with a sentence that says what to do', async (t) => {
  for (const constraint of profiles.flatMap((profile) => [...invariantsOf(profile).values()])) {
    t.equal(constraint.severity, 'error', constraint.key);
    t.match(constraint.human, /: .+\.$/, constraint.key);
  }
});
