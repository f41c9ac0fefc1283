// Our validator with definitions added to ours, as a server has it that was given a package.
// https://hl7.org/fhir/R4/profiling.html
import type { Resource, StructureDefinition } from '@medplum/fhirtypes';
import { createDefinitions } from '../../server/validation/definition/index.ts';
import { readR4Definitions } from '../../server/validation/definition/read-r4.ts';
import { createValidator, loadDefinitions, type Validator } from '../../server/validation/index.ts';
import { codesOver } from './codes.ts';

const own = loadDefinitions(new URL('../../profiles/definitions/', import.meta.url));
const r4 = readR4Definitions();

const isDefinition = (resource: Resource): resource is StructureDefinition =>
  resource.resourceType === 'StructureDefinition';

/** @throws Error when the definitions cannot be compiled at all */
export function validatorWith(added: readonly Resource[]): Validator {
  const packages = added.filter(isDefinition);
  return createValidator(own, {
    source: createDefinitions({ own: own.definitions, packages, r4 }),
    codesOf: codesOver([...own.valueSets, ...own.codeSystems, ...added]),
  });
}
