// Writes docs/profiles/: a page for each profile of ours, for people, and an index with a picture of how they hang together.
// https://hl7.org/fhir/R4/profiling.html
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { choiceOf } from '../server/validation/profile/select.ts';
import { givenIn } from './profile-elements.ts';

const R4 = 'https://hl7.org/fhir/R4/';
const OURS = 'https://throughline.example/fhir/';
const CORE = 'http://hl7.org/fhir/StructureDefinition/';

/** The child of a slice that holds what it is there for. */
const DIRECT_VALUE = /^(value\[x\]|actor|member|who|what)$/;
/** Who does the work: left out of the picture, because everything points at them. */
const ACTORS = new Set(['PractitionerRole', 'Organization']);

/** What the pages are written from. */
export interface PageSource {
  readonly profiles: readonly StructureDefinition[];
  readonly extensions: readonly StructureDefinition[];
  /** The text of the example of a profile, by its id. */
  readonly exampleOf: (id: string) => string;
  /** Codes of a value set, as `system|code`. */
  readonly codesIn: (valueSet: string) => ReadonlySet<string>;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: string[], rows: string[][]) =>
  [row(...head), `|${head.map(() => '---|').join('')}`, ...rows.map((cells) => row(...cells))].join('\n');
const shortOf = (canonical: string) => canonical.slice(canonical.lastIndexOf('/') + 1);
const shortCode = (coding: string) => `\`${shortOf(coding.split('|')[0]!)}\` ${coding.split('|')[1]}`;
const cardinality = ({ min, max }: ElementDefinition) => `${min}..${max}`;
/** The name below the resource, without the list it is a slice of. */
const nameOf = (id: string) => id.slice(id.indexOf('.') + 1).replaceAll('[x]', '');

function linkOf(canonical: string): string {
  const name = shortOf(canonical);
  if (canonical.startsWith(CORE)) return name;
  return canonical.startsWith(`${OURS}StructureDefinition/cn-`) ? `[${name}](${name}.md)` : name;
}

function typeOf({ type }: ElementDefinition): string {
  const targets = (type ?? []).flatMap(({ targetProfile }) => targetProfile ?? []);
  const names = [
    ...new Set((type ?? []).map(({ code }) => code!.replace('http://hl7.org/fhirpath/System.', ''))),
  ];
  const named = names.map((name) =>
    name === 'Reference' && targets.length ? `Reference(${targets.map(linkOf).join(', ')})` : name,
  );
  return named.length > 8 ? 'any type' : named.join(', ');
}

function bindingOf({ binding }: ElementDefinition): string {
  if (!binding?.valueSet || binding.strength === 'example') return '';
  return `${shortOf(binding.valueSet.split('|')[0]!)} (${binding.strength})`;
}

/** The codes by which a slice, or an element, is told. */
function codesOf(
  element: ElementDefinition,
  below: readonly ElementDefinition[],
  source: PageSource,
): string[] {
  const given = givenIn(element) as {
    coding?: { system?: string; code?: string }[];
    system?: string;
    code?: string;
  };
  const whole = given?.coding ?? (given?.code ? [given] : []);
  if (whole.some(({ code }) => code)) return whole.map(({ system, code }) => `${system}|${code}`);
  const part = (name: string) => {
    const found = below.find(({ id }) => id === `${element.id}.${name}`);
    return found && (givenIn(found) as string | undefined);
  };
  const [system, code] = [part('system'), part('code')];
  if (system && code) return [`${system}|${code}`];
  if (element.binding?.strength !== 'required') return [];
  return [...source.codesIn(element.binding.valueSet!)].filter(
    (each) => !system || each.startsWith(`${system}|`),
  );
}

/**
 * The codes by which the server recognises a profile when `meta.profile` does not name it.
 * @returns the element that holds them, and the codes; undefined when only `meta.profile` tells
 */
export function recognitionOf(
  definition: StructureDefinition,
  { profiles, codesIn }: PageSource,
): { element: string; codes: string[] } | undefined {
  // The codes of a profile that is derived from another of ours choose the more general one.
  if (profiles.some(({ url }) => url === definition.baseDefinition)) return undefined;
  const found = choiceOf(definition, (valueSet) => {
    const codings = codesIn(valueSet);
    const list = [...codings].map((coding) => coding.slice(coding.indexOf('|') + 1));
    const hasCoding = (coding: unknown) => {
      const { system, code } = coding as { system?: string; code?: string };
      return codings.has(`${system}|${code}`);
    };
    return { list, has: (code) => list.includes(String(code)), hasCoding };
  });
  return found && { element: found.element, codes: found.codings.map((coding) => coding.join('|')) };
}

function elementRows({ differential, snapshot, type }: StructureDefinition): string[][] {
  const byId = new Map(snapshot!.element.map((element) => [element.id!, element]));
  const stated = differential!.element.filter(
    ({ id }) => id !== type && !id!.includes(':') && !id!.startsWith(`${type}.extension`),
  );
  return stated.map(({ id }) => {
    const element = byId.get(id!)!;
    const given = givenIn(element);
    const fixed = given === undefined || typeof given === 'object' ? '' : `always \`${String(given)}\``;
    return [
      `\`${nameOf(id!)}\``,
      cardinality(element),
      typeOf(element),
      element.mustSupport ? 'yes' : '',
      [bindingOf(element), fixed].filter(Boolean).join('; '),
      element.short ?? '',
    ];
  });
}

function sliceRows(definition: StructureDefinition, source: PageSource): string[][] {
  const { differential, snapshot } = definition;
  const elements = snapshot!.element;
  const slices = differential!.element.filter(
    ({ id, sliceName, path }) => sliceName && id!.endsWith(`:${sliceName}`) && !path!.endsWith('extension'),
  );
  return slices.map(({ id }) => {
    const element = elements.find((each) => each.id === id)!;
    const below = elements.filter((each) => each.id!.startsWith(`${id}.`));
    const type = below.find(
      (each) => /^(type|role|code)$/.test(each.id!.slice(id!.length + 1)) && givenIn(each),
    );
    const told = codesOf(element, elements, source).concat(type ? codesOf(type, elements, source) : []);
    const system = below.find((each) => each.id === `${id}.system`);
    const codes =
      told.length > 6 ? [...told.slice(0, 5).map(shortCode), `… ${told.length} codes`] : told.map(shortCode);
    const value = below.find((each) => DIRECT_VALUE.test(each.id!.slice(id!.length + 1)));
    return [
      `\`${nameOf(id!)}\``,
      cardinality(element),
      codes.join(', ') || (system ? `system \`${String(givenIn(system))}\`` : ''),
      value ? typeOf(value) : '',
      element.mustSupport ? 'yes' : '',
    ];
  });
}

function extensionRows(definition: StructureDefinition, source: PageSource): string[][] {
  const stated = definition.differential!.element.filter(({ type }) => type?.[0]?.code === 'Extension');
  return stated
    .filter(({ type }) => type![0]!.profile)
    .map(({ id, type }) => {
      const element = definition.snapshot!.element.find((each) => each.id === id)!;
      const found = source.extensions.find(({ url }) => url === type![0]!.profile![0]);
      const value = found?.snapshot?.element.find((each) => each.id === 'Extension.value[x]');
      const parts = found?.differential?.element
        .filter(({ sliceName }) => sliceName)
        .map(({ sliceName }) => sliceName!);
      const holds =
        value?.max === '0'
          ? `parts ${parts!.join(', ')}`
          : value
            ? [typeOf(value), bindingOf(value)].filter(Boolean).join('; ')
            : 'as R4 defines it';
      return [
        `\`${nameOf(id!)}\``,
        cardinality(element),
        holds,
        found?.description ?? `${type![0]!.profile![0]}`,
      ];
    });
}

function ruleRows({ differential }: StructureDefinition): string[][] {
  const rules = differential!.element.flatMap(({ constraint }) => constraint ?? []);
  return rules.map(({ key, human }) => [`\`${key}\``, human!]);
}

const section = (title: string, rows: string[][], head: string[], before = '') =>
  rows.length ? [`## ${title}`, ...(before ? [before] : []), table(head, rows)] : [];

function recognised(definition: StructureDefinition, source: PageSource): string {
  const found = recognitionOf(definition, source);
  const named = `\`meta.profile\` names \`${definition.url}\``;
  const parent = source.profiles.find(({ url }) => url === definition.baseDefinition)?.url;
  const instead = parent ? ` By its codes alone a resource is taken for a ${linkOf(parent)}.` : '';
  if (!found) return `The server checks a resource against this profile when ${named}.${instead}`;
  const codes = found.codes.map(shortCode).join(', ');
  return `The server checks a resource against this profile when its \`${found.element}\` has ${found.codes.length > 1 ? 'one of the codes' : 'the code'} ${codes}, and when ${named}.`;
}

function pageOf(definition: StructureDefinition, source: PageSource): string {
  const { id, title, description, type, baseDefinition, purpose } = definition;
  const parent = baseDefinition!.startsWith(OURS) ? `, by way of ${linkOf(baseDefinition!)}` : '';
  const parts = [
    '<!-- Written by npm run profiles from profiles/input/fsh; change it there. -->',
    `# ${title} (\`${id}\`)`,
    description!,
    `A profile of [${type}](${R4}${type!.toLowerCase()}.html)${parent}. ${recognised(definition, source)}`,
    ...(purpose ? [`What is right here is right by: ${purpose}.`] : []),
    ...section(
      'Elements',
      elementRows(definition),
      ['element', 'card.', 'type', 'must support', 'codes', 'meaning'],
      `What this profile says beyond ${parent ? 'its parent' : 'R4'}. All other elements may be used as R4 has them.`,
    ),
    ...section(
      'Slices',
      sliceRows(definition, source),
      ['slice', 'card.', 'told by', 'value', 'must support'],
      'Items of a list that have a meaning of their own. Other items may stand beside them.',
    ),
    ...section('Extensions', extensionRows(definition, source), ['extension', 'card.', 'value', 'meaning']),
    ...section(
      'Rules',
      ruleRows(definition),
      ['key', 'rule'],
      'An OperationOutcome names the key in `issue.details`. Each rule has a right and a wrong resource in '.concat(
        `[fixtures/profile/${id}](../../fixtures/profile/${id}).`,
      ),
    ),
    '## Example',
    `\`\`\`json\n${source.exampleOf(id!).trimEnd()}\n\`\`\``,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Which profile points at which, by the references of the examples: one line a pair. */
function relations(source: PageSource): string[] {
  const typeOfProfile = new Map(source.profiles.map(({ id, type }) => [id!, type!]));
  const first = new Map([...typeOfProfile].reverse().map(([id, type]) => [type, id]));
  const types = new Set(typeOfProfile.values());
  const pairs = new Set<string>();
  for (const [id, type] of typeOfProfile) {
    if (first.get(type) !== id) continue;
    const same = [...typeOfProfile].filter(([, other]) => other === type);
    const targets = same.flatMap(([each]) =>
      [...source.exampleOf(each).matchAll(/"reference": "([A-Z][A-Za-z]+)\//g)].map(([, target]) => target!),
    );
    for (const target of targets)
      if (types.has(target) && target !== type && !ACTORS.has(target)) pairs.add(`  ${type} --> ${target}`);
  }
  return [...pairs].sort();
}

function indexOf(source: PageSource): string {
  const rows = source.profiles.map((definition) => {
    const found = recognitionOf(definition, source);
    const told = found ? `\`${found.element}\`` : '`meta.profile`';
    return [`[${definition.id}](${definition.id}.md)`, definition.type!, definition.description!, told];
  });
  const parts = [
    '<!-- Written by npm run profiles from profiles/input/fsh; change it there. -->',
    '# Profiles',
    'What navigation and coordination write down, as profiles of FHIR R4. All parents are resources of R4, so nothing else has to be installed; what US Core and other guides demand is written out, and each page names the guides by which its resources are right.',
    table(['profile', 'resource', 'what it is for', 'recognised by'], rows),
    '"Recognised by" names the element whose code makes the server check a resource against the profile even when `meta.profile` does not claim it. A claim in `meta.profile` is always checked.',
    '## How they hang together',
    'An arrow leads from a resource to those that its examples refer to; patients, staff and organisations are left out.',
    `\`\`\`mermaid\nflowchart LR\n${relations(source).join('\n')}\n\`\`\``,
    '## Where things are',
    table(
      ['what', 'where'],
      [
        ['the source of the profiles, in FSH', '[profiles/input/fsh](../../profiles/input/fsh)'],
        [
          'compiled definitions, which the server loads',
          '[profiles/definitions](../../profiles/definitions)',
        ],
        [
          'a right and a wrong resource for each rule, slice and binding',
          '[fixtures/profile](../../fixtures/profile)',
        ],
      ],
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** All pages: path in docs/profiles → text. */
export function pagesOf(source: PageSource): Map<string, string> {
  const pages = source.profiles.map(
    (definition) => [`${definition.id}.md`, pageOf(definition, source)] as const,
  );
  return new Map([['README.md', indexOf(source)], ...pages]);
}
