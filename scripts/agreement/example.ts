// Published examples as cases: those of R4 itself, and those inside packages with what their publisher's run says of them.
// https://hl7.org/fhir/R4/downloads.html · https://hl7.org/fhir/us/core/
import { basename } from 'node:path';
import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Case, CaseSet, File } from './case.ts';
import { errorsOf } from './case.ts';
import { definitionsIn, filesOf } from './file.ts';

const NONE: ReadonlyMap<string, readonly string[]> = new Map();

/** R4's own examples: HL7 publishes them as right, so that no error is expected. */
export function officialExamples(path: string): CaseSet {
  const files = filesOf(path, '.json').filter(({ text }) => text.includes('"resourceType"'));
  return {
    name: 'R4 examples',
    definitions: [],
    leftOut: NONE,
    cases: files.map((resource) => ({
      name: basename(resource.name, '.json'),
      resource,
      definitions: [],
      profiles: [],
      expected: { errors: 0, issues: [] },
    })),
  };
}

const OUTCOMES = 'package/other/validation-oo.json';

/** What the publisher's run found, by the resource's type and id. */
function publishedOutcomes(file: File | undefined): Map<string, OperationOutcome> {
  const bundle = file ? (JSON.parse(file.text) as Bundle) : undefined;
  return new Map(bundle?.entry?.map(({ resource }) => [resource!.id!, resource as OperationOutcome]));
}

/** The examples of a package against the profiles that they claim; expected is what the package says its publisher found. */
export function packageExamples(path: string): CaseSet {
  const files = filesOf(path, '.json');
  const { name, version } = JSON.parse(files.find((file) => file.name === 'package/package.json')!.text) as {
    name: string;
    version: string;
  };
  const outcomes = publishedOutcomes(files.find((file) => file.name === OUTCOMES));
  const cases = files
    .filter((file) => file.name.startsWith('package/example/') && file.text.includes('"resourceType"'))
    .map((resource): Case => {
      const { resourceType, id } = JSON.parse(resource.text) as Resource;
      const issues = errorsOf(outcomes.get(`${resourceType}-${id}`)?.issue ?? []);
      return {
        name: basename(resource.name, '.json'),
        resource,
        definitions: [],
        profiles: [],
        expected: { errors: issues.length, issues },
      };
    });
  return { name: `${name} ${version}`, definitions: definitionsIn(files), cases, leftOut: NONE };
}
