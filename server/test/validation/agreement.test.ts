// The comparison with other validators compares what it says it compares: examples, packages and test cases made here.
// https://hl7.org/fhir/R4/validation.html
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { create } from 'tar';
import type { CaseSet } from '../../../scripts/agreement/case.ts';
import { causeOf, UNEXPLAINED } from '../../../scripts/agreement/cause.ts';
import { officialExamples, packageExamples } from '../../../scripts/agreement/example.ts';
import { causeTable, leftOutTable, setTable, thirdTable } from '../../../scripts/agreement/report.ts';
import { run, verdictOf } from '../../../scripts/agreement/run.ts';
import { testCases } from '../../../scripts/agreement/test-case.ts';

const folder = mkdtempSync(join(tmpdir(), 'agreement-'));
t.teardown(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
const verdicts = (set: CaseSet) => [...run(set)].map((result) => [result.case.name, verdictOf(result)]);

const PROFILE = 'https://example.org/StructureDefinition/named-patient';
const named = {
  resourceType: 'StructureDefinition',
  url: PROFILE,
  name: 'NamedPatient',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: { element: [{ id: 'Patient.name', path: 'Patient.name', min: 1 }] },
};
const nameless = { resourceType: 'Patient', id: 'nameless', gender: 'other' };
const odd = { resourceType: 'Patient', id: 'odd', gender: 'unheard-of' };
const outcome = (...texts: string[]) => ({
  resourceType: 'OperationOutcome',
  issue: texts.map((text) => ({
    severity: 'error',
    code: 'invalid',
    details: { text },
    expression: ['Patient'],
  })),
});

t.test('a published example is expected to be without an error', async (t) => {
  write('examples/Patient-nameless.json', nameless);
  write('examples/Patient-odd.json', odd);
  write('examples/package.json', { name: 'no resource' });
  t.strictSame(verdicts(officialExamples(join(folder, 'examples'))), [
    ['Patient-nameless', 'agree'],
    ['Patient-odd', 'more'],
  ]);
});

t.test('the examples of a package are held against its profiles and what its publisher found', async (t) => {
  const claiming = { ...nameless, meta: { profile: [PROFILE] } };
  write('package/package.json', { name: 'example.package', version: '1.0.0' });
  write('package/StructureDefinition-named-patient.json', named);
  write('package/example/Patient-nameless.json', claiming);
  write('package/other/validation-oo.json', {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ resource: { ...outcome('Patient.name: minimum required = 1'), id: 'Patient-nameless' } }],
  });
  const file = join(folder, 'example.tgz');
  create({ file, cwd: folder, gzip: true, sync: true }, ['package']);
  const set = packageExamples(file);
  t.equal(set.name, 'example.package 1.0.0');
  const [result] = [...run(set)];
  t.equal(verdictOf(result!), 'agree');
  t.equal(result!.errors, 1);
  t.match(result!.issues[0], { code: 'required', expression: ['Patient.name'] });
});

t.test('a test case is run with its definitions, and again against the profile that it names', async (t) => {
  write('validator/nameless.json', nameless);
  write('validator/odd.xml', '<Patient xmlns="http://hl7.org/fhir"><gender value="other"/></Patient>');
  write('validator/profile.json', named);
  write('validator/outcomes/java/R4.none.json', outcome());
  write('validator/outcomes/java/R4.one.json', outcome('Patient.name: minimum required = 1'));
  write('validator/outcomes/java/R4.display.json', outcome('Wrong Display Name "x"'));
  write('validator/outcomes/third.json', ['[ERROR] Patient.name is missing']);
  const entry = { file: 'nameless.json', version: '4.0', module: 'profile', java: 'java/R4.none.json' };
  write('validator/manifest.json', {
    'test-cases': [
      {
        ...entry,
        name: 'by-profile',
        profile: { source: 'profile.json', java: 'java/R4.one.json', 'firely-sdk-current': 'third.json' },
      },
      { ...entry, name: 'display', java: 'java/R4.display.json' },
      { ...entry, name: 'counted', file: 'odd.xml', java: { errorCount: 2 } },
      { ...entry, name: 'r5', version: '5.0' },
      { ...entry, name: 'off', 'use-test': false },
      { ...entry, name: 'gone', file: 'gone.json' },
      { ...entry, name: 'for-r5', java: 'java/R5.none.json' },
    ],
  });
  const set = testCases(folder);
  const results = [...run(set)];
  t.strictSame(
    results.map((result) => [result.case.name, verdictOf(result)]),
    [
      ['profile/by-profile', 'agree'],
      ['profile/by-profile by profile', 'agree'],
      ['profile/display', 'less'],
      ['profile/counted', 'less'],
    ],
  );
  t.match(causeOf(results[2]!), /display of a code/);
  t.equal(causeOf(results[3]!), UNEXPLAINED);
  const told = [[set, results] as const];
  t.match(setTable(told), '| fhir-test-cases | 4 | 2 (50.0 %) | 0 | 2 | 1 | 1 |');
  t.match(setTable(told), '| – profile | 4 |');
  t.match(thirdTable(told), '| fhir-test-cases | 1 | 1 (100.0 %) | 1 (100.0 %) |');
  t.match(causeTable(told), `| fhir-test-cases | 1 | less | ${UNEXPLAINED} |`);
  t.match(leftOutTable(told), '| fhir-test-cases | 1 | switched off in the manifest |');
  t.match(leftOutTable(told), '| fhir-test-cases | 1 | files that the copy lacks |');
  t.notMatch(leftOutTable(told), 'r5', 'a case of another version is none of R4');
});
