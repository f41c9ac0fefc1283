// Small StructureDefinitions for the tests of profiles, and validators made of them.
// https://hl7.org/fhir/R4/structuredefinition.html
import type { CodeSystem, ElementDefinition, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { createValidator, definitionSource, type Validator } from '../../../validation/index.ts';

export const BASE = 'https://throughline.example/fhir';
export const THEIRS = 'http://example.org/fhir';
export const SYSTEM = `${BASE}/CodeSystem/kinds`;
export const profile = (id: string, base = BASE) => `${base}/StructureDefinition/${id}`;
export const r4 = (id: string) => `http://hl7.org/fhir/StructureDefinition/${id}`;

export type Elements = Record<string, Partial<ElementDefinition>>;

/** A definition whose snapshot holds the root and the given elements, by id. */
export function define(
  id: string,
  type: string,
  elements: Elements,
  more: Partial<StructureDefinition> & { root?: Partial<ElementDefinition>; base?: string } = {},
): StructureDefinition {
  const { root = {}, base = BASE, ...rest } = more;
  const element = Object.entries({ [type]: root, ...elements }).map(([elementId, definition]) => {
    const sliceName = /:([^.:]+)$/.exec(elementId)?.[1];
    return {
      id: elementId,
      path: elementId.replace(/:[^.]+/g, ''),
      min: 0,
      ...(sliceName && { sliceName }),
      ...definition,
    };
  }) as ElementDefinition[];
  return {
    resourceType: 'StructureDefinition',
    url: profile(id, base),
    id,
    name: id,
    status: 'active',
    kind: DATATYPES.has(type) ? 'complex-type' : 'resource',
    abstract: false,
    type,
    derivation: 'constraint',
    snapshot: { element },
    ...rest,
  };
}
const DATATYPES = new Set(['Extension', 'Quantity', 'Coding', 'Identifier', 'Period', 'Reference']);

const kinds: CodeSystem = {
  resourceType: 'CodeSystem',
  url: SYSTEM,
  status: 'active',
  content: 'complete',
  concept: [{ code: 'a' }, { code: 'b' }, { code: 'c' }],
};
const valueSet = (id: string, ...codes: string[]): ValueSet => ({
  resourceType: 'ValueSet',
  url: `${BASE}/ValueSet/${id}`,
  status: 'active',
  compose: { include: [{ system: SYSTEM, concept: codes.map((code) => ({ code })) }] },
});
export const valueSetUrl = (id: string) => `${BASE}/ValueSet/${id}`;
const valueSets = [valueSet('ab', 'a', 'b'), valueSet('c', 'c')];

export const coding = (code: string, system = SYSTEM) => ({ system, code });
export const concept = (...codes: string[]) => ({ coding: codes.map((code) => coding(code)) });

/** An Observation that R4 finds right, and `more`. */
export const observation = (more: object) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});

/** A validator whose own definitions these are. */
export const own = (...definitions: StructureDefinition[]): Validator =>
  createValidator({ definitions, valueSets, codeSystems: [kinds] });

/** A validator that has these definitions from packages, none of its own. */
export function packaged(...definitions: StructureDefinition[]): Validator {
  const none = { definitions: [], valueSets, codeSystems: [kinds] };
  return createValidator(none, { source: definitionSource(none, { packages: { definitions } }) });
}

/** Issues in short: `severity code expression`. */
export const short = (validator: Validator, resource: object, ...profiles: string[]): string[] =>
  validator
    .validate(resource, { profiles })
    .map(({ severity, code, expression }) => `${severity} ${code} ${expression ?? ''}`.trim());

/** The sentences of the issues. */
export const said = (validator: Validator, resource: object, ...profiles: string[]): string[] =>
  validator.validate(resource, { profiles }).map(({ diagnostics }) => diagnostics!);
