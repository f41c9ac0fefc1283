// US Core's own examples follow US Core's own profiles; without what those demand they do not.
// https://hl7.org/fhir/us/core/STU7/
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Resource, StructureDefinition } from '@medplum/fhirtypes';
import t from 'tap';
import { extract } from 'tar';
import { createValidator, definitionSource } from '../../../validation/index.ts';

const ARCHIVE = fileURLToPath(
  new URL('../../../../../shared/fhir-packages/hl7.fhir.us.core-7.0.0.tgz', import.meta.url),
);
const skip = existsSync(ARCHIVE) ? false : 'the package of US Core 7.0.0 is not beside the project';
const URL_BASE = 'http://hl7.org/fhir/us/core/StructureDefinition';

/** The definitions and the examples of the package. */
function readPackage() {
  const folder = mkdtempSync(join(tmpdir(), 'us-core-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  extract({ file: ARCHIVE, cwd: folder, sync: true });
  const read = <T>(path: string, pattern: RegExp) =>
    readdirSync(join(folder, 'package', path))
      .filter((name) => pattern.test(name))
      .map((name) => JSON.parse(readFileSync(join(folder, 'package', path, name), 'utf8')) as T);
  return {
    definitions: read<StructureDefinition>('.', /^StructureDefinition-.*\.json$/),
    examples: read<Resource>('example', /\.json$/),
  };
}

t.test('the examples of US Core 7.0.0 have no errors', { skip }, async (t) => {
  const { definitions, examples } = readPackage();
  const none = { definitions: [], valueSets: [], codeSystems: [] };
  const { validate } = createValidator(none, {
    source: definitionSource(none, { packages: { definitions } }),
  });
  const errorsOf = (resource: unknown, profile?: string) =>
    validate(resource, profile ? { profiles: [profile] } : {}).filter(({ severity }) => severity === 'error');
  t.ok(examples.length > 200, 'the examples were found');
  for (const example of examples) {
    const found = errorsOf(example).map(({ diagnostics }) => diagnostics);
    t.strictSame(found, [], `${example.resourceType}/${example.id}`);
  }

  const example = (type: string, id: string) =>
    examples.find((one) => one.resourceType === type && one.id === id)!;
  const patient = example('Patient', 'example') as Resource & { identifier: object[]; name: object[] };
  const race = `${URL_BASE}/us-core-race`;
  const broken: [string, object, string, string][] = [
    ['us-core-patient', { ...patient, identifier: undefined }, 'required', 'Patient.identifier'],
    ['us-core-patient', { ...patient, name: [{ use: 'usual' }] }, 'invariant', 'Patient.name[0]'],
    [
      'us-core-patient',
      {
        ...patient,
        extension: [
          {
            url: race,
            extension: [
              { url: 'text', valueString: 'a' },
              { url: 'text', valueString: 'b' },
            ],
          },
        ],
      },
      'structure',
      'Patient.extension[0].extension',
    ],
    [
      'us-core-patient',
      { ...patient, extension: [{ url: race, extension: [{ url: 'nobody', valueString: 'a' }] }] },
      'extension',
      'Patient.extension[0].extension[0]',
    ],
    ['us-core-patient', { ...patient, gender: undefined }, 'required', 'Patient.gender'],
  ];
  for (const [id, resource, code, expression] of broken) {
    const found = errorsOf(JSON.parse(JSON.stringify(resource)), `${URL_BASE}/${id}`);
    t.ok(
      found.some((issue) => issue.code === code && issue.expression?.[0] === expression),
      `${id} ${expression}`,
    );
  }
});
