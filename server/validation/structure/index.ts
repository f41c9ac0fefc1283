// Structure of every R4 type: names, types, cardinality, primitives, required codes, reference targets, narrative.
// https://hl7.org/fhir/R4/validation.html · https://hl7.org/fhir/R4/json.html
import { type Issue, issue } from '../../fhir/errors.ts';
import { createChecks } from './check.ts';
import { type CodeTable, createCodes } from './codes.ts';
import { explain } from './explain.ts';
import { scan } from './scan.ts';
import { createShapes, isResourceType } from './shape.ts';

export interface Structure {
  /** Issues of any JSON value as a resource; empty when its structure is right. */
  validate(resource: unknown): Issue[];
  /** Compiles a type before its first use. */
  prepare(type: string): void;
}

/** A wrong resourceType in a sentence. It may be an object that String() cannot read. */
const nameOf = (type: unknown) =>
  typeof type === 'string' ? `"${type.slice(0, 60)}"` : `of JSON type ${typeof type}`;

/** Compiles the R4 element table and the codes of server/fhir/r4/codes.json; a type's own code is made on its first use. */
export function createStructure(codes: CodeTable): Structure {
  const tables = { shapes: createShapes(), codesOf: createCodes(codes) };
  const check = createChecks(tables);

  function validate(resource: unknown): Issue[] {
    if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) {
      return [issue('structure', 'A resource must be a JSON object.')];
    }
    const type = (resource as { resourceType?: unknown }).resourceType;
    if (type === undefined)
      return [issue('required', 'resourceType is required: the name of a FHIR R4 resource type.')];
    if (!isResourceType(type)) {
      return [issue('structure', `resourceType ${nameOf(type)} is not a resource type of FHIR R4.`)];
    }
    const verdict = check(type, resource);
    if (verdict === 'right') return [];
    const found = scan(resource as Record<string, unknown>, type);
    if (found.length || verdict === 'doubt') return found;
    const issues = explain(tables, type, resource);
    return issues.length ? issues : [issue('structure', `${type} does not follow FHIR R4.`, type)];
  }
  return { validate, prepare: (type) => void check(type, {}) };
}
