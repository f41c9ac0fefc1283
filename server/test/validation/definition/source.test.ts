// Where definitions are found: https://hl7.org/fhir/R4/references.html#canonical

import type { StructureDefinition } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { typeOf } from '../../../fhir/elements.ts';
import { createDefinitions } from '../../../validation/definition/index.ts';
import { readR4Definitions } from '../../../validation/definition/read-r4.ts';
import { compareVersions } from '../../../validation/definition/version.ts';
import { definitionSource, loadDefinitions } from '../../../validation/load.ts';
import { PATIENT, profile } from './archives.ts';

const ONE = 'http://example.org/StructureDefinition/one';
const of = (url: string, version: string, more: object = {}) =>
  ({ ...profile(url, version), ...more }) as unknown as StructureDefinition;

t.test('a canonical URL with a version means that version, and without one the newest', async (t) => {
  const packages = ['6.1.0', '10.0.0-ballot', '10.0.0', '7.0.0'].map((version) => of(ONE, version));
  const { structure } = createDefinitions({ own: [], packages, r4: readR4Definitions() });
  t.equal(structure(ONE)?.version, '10.0.0');
  t.equal(structure(`${ONE}|6.1.0`)?.version, '6.1.0');
  t.equal(structure(`${ONE}|8.0.0`), undefined);
  t.equal(structure(`${PATIENT}|4.0.1`)?.version, '4.0.1');
  t.equal(structure(`${PATIENT}|5.0.0`), undefined);
  t.equal(structure('http://example.org/StructureDefinition/none'), undefined);
});

t.test('the same definition is the same object each time, with a snapshot', async (t) => {
  const { structure } = createDefinitions({ own: [of(ONE, '1')], r4: readR4Definitions() });
  t.equal(structure(ONE), structure(`${ONE}|1`));
  t.ok(structure(ONE)!.snapshot!.element!.length > 40);
  t.equal(structure(PATIENT), structure(PATIENT));
});

t.test("ours go before a package's, and nobody's replace R4's of another URL", async (t) => {
  const packages = [of(ONE, '2', { name: 'Theirs' }), of('http://example.org/StructureDefinition/two', '1')];
  const { structure, profiles } = createDefinitions({ own: [of(ONE, '1', { name: 'Ours' })], packages });
  t.equal(structure(ONE)?.name, 'Ours');
  t.equal(structure(`${ONE}|2`)?.name, 'Theirs');
  t.strictSame(
    profiles.map(({ name }) => name),
    ['Ours', 'Theirs', 'Test'],
  );
});

t.test('profiles are constraints on resources: no extensions, no types', async (t) => {
  const own = [of(ONE, '1'), of(`${ONE}e`, '1', { kind: 'complex-type', type: 'Extension' })];
  t.strictSame(
    createDefinitions({ own }).profiles.map(({ url }) => url),
    [ONE],
  );
});

t.test('a namespace is owned where a definition of it is here', async (t) => {
  const { isOwned } = createDefinitions({ own: [of(ONE, '1')], r4: readR4Definitions() });
  t.equal(isOwned('http://example.org/StructureDefinition/typo'), true);
  t.equal(isOwned('http://example.org/ValueSet/one'), false);
  t.equal(isOwned('http://elsewhere.org/StructureDefinition/one'), false);
  t.equal(
    isOwned('http://hl7.org/fhir/StructureDefinition/later'),
    false,
    'later releases define more there',
  );
});

t.test('all resource types, datatypes, extensions and profiles of R4 are here, with snapshots', async (t) => {
  const r4 = readR4Definitions();
  for (const name of [
    'Task',
    'Resource',
    'DomainResource',
    'Timing',
    'string',
    'Extension',
    'patient-birthTime',
    'bp',
  ])
    t.match(r4(`http://hl7.org/fhir/StructureDefinition/${name}`), { id: name, version: '4.0.1' }, name);
  t.equal(r4('http://hl7.org/fhir/StructureDefinition/SubscriptionStatus'), undefined, 'R5');
  t.equal(r4('http://hl7.org/fhir/StructureDefinition/../elements'), undefined);
  t.equal(r4('http://hl7.org/fhir/StructureDefinition/Task.input'), undefined);
  t.equal(r4(''), undefined);
});

t.test("the snapshots of R4's resources have exactly the elements of the table", async (t) => {
  const r4 = readR4Definitions();
  for (const name of [
    'Task',
    'Patient',
    'EvidenceVariable',
    'ResearchStudy',
    'Binary',
    'HealthcareService',
  ]) {
    const elements = r4(`http://hl7.org/fhir/StructureDefinition/${name}`)!.snapshot!.element!;
    const found = new Set(elements.slice(1).map(({ path }) => path!.replace('[x]', '')));
    for (const path of found) {
      const cut = path.lastIndexOf('.');
      t.ok(typeOf(path.slice(0, cut))?.elements[path.slice(cut + 1)], path);
    }
    for (const child of Object.keys(typeOf(name)!.elements)) t.ok(found.has(`${name}.${child}`), child);
    t.ok(
      elements.every(({ id, base, min, max }) => id && base && min !== undefined && max),
      name,
    );
  }
});

t.test('all of ours, with a source around them, are there at start', async (t) => {
  const own = loadDefinitions(new URL('../../../../profiles/definitions/', import.meta.url));
  const { structure, profiles, isOwned } = definitionSource(own);
  for (const { url } of own.definitions) t.ok(structure(url!)?.snapshot?.element?.length, url);
  t.ok(profiles.length > 10);
  t.ok(isOwned('https://throughline.example/fhir/StructureDefinition/typo'));
});

t.test('versions have one order: numbers by value, drafts before what they are drafts of', async (t) => {
  const sorted = [
    '',
    '1',
    '1.0.0-ballot',
    '1.0.0',
    '1.0.1',
    '1.2.0',
    '1.10.0',
    '2.0.0-draft',
    '2.0.0-snapshot1',
    '2.0.0',
    '2024-01-01',
  ];
  const shuffled = sorted.toReversed().sort(compareVersions);
  t.strictSame(shuffled, sorted);
  const version = fc.stringMatching(/^\d{1,2}(\.\d{1,2}){0,2}(-[a-z]\w{0,3})?$/);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      const [ab, bc, ac] = [compareVersions(a, b), compareVersions(b, c), compareVersions(a, c)];
      return Math.sign(ab) === -Math.sign(compareVersions(b, a)) && (ab > 0 || bc > 0 || ac <= 0);
    }),
  );
});
