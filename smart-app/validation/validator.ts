// The server's validator for the resource types that the app writes: the same code, over the parts of its tables that they need.
// https://hl7.org/fhir/R4/validation.html
import { codes, own, ownCodes, r4 } from 'virtual:validation-tables';
import type { Resource } from '@medplum/fhirtypes';
import { typeOf } from '../../server/fhir/elements.ts';
import type { Issue } from '../../server/fhir/errors.ts';
import { createDefinitions } from '../../server/validation/definition/index.ts';
import { createCodes } from '../../server/validation/structure/codes.ts';
import { assembleValidator } from '../../server/validation/validator.ts';

const known = new Map(r4.map((definition) => [definition.url, definition]));
const validator = assembleValidator({
  codes,
  own,
  source: createDefinitions({ own, r4: (url) => known.get(url) }),
  codesOf: createCodes(ownCodes, codes),
  // Only what the server alone evaluates would ever have to be ended.
  limit: (work) => work(),
});

/** Whether the elements of a resource's type, and of those that it contains, are in the tables. */
const isCovered = ({ resourceType, contained }: Resource & { contained?: Resource[] }): boolean =>
  Object.keys(typeOf(resourceType)?.elements ?? {}).length > 0 && (contained ?? []).every(isCovered);

/** The issues that the server's validator would find; none where the tables of the app do not tell. */
export const validate = (resource: Resource): Issue[] =>
  isCovered(resource) ? validator.validate(resource) : [];
