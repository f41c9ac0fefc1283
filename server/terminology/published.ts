// Terminology that comes with the program, by canonical URL: R4's own, ours, and that of packages.
// https://hl7.org/fhir/R4/terminologies-systems.html
import { readFileSync } from 'node:fs';
import type { CodeSystem, ConceptMap, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';

interface ByType {
  CodeSystem: CodeSystem;
  ValueSet: ValueSet;
  ConceptMap: ConceptMap;
}
export type TerminologyType = keyof ByType;
export type TerminologyResource = ByType[TerminologyType];
export type Resources<T extends TerminologyType> = ByType[T];

/** Published resources: the same object each time. */
export interface Published {
  /** R4's own, which nothing that is stored or in a package replaces. */
  r4<T extends TerminologyType>(type: T, url: string, version?: string): ByType[T] | undefined;
  /** Ours, then those of packages: of the version, or the newest; then the value sets that code systems imply. */
  other<T extends TerminologyType>(type: T, url: string, version?: string): ByType[T] | undefined;
  /** URL and version of every code system whose content is here. */
  codeSystems(): { url: string; version: string | undefined }[];
  /** All of a type. */
  all<T extends TerminologyType>(type: T): readonly ByType[T][];
}

const FILES: Readonly<Record<TerminologyType, string>> = {
  CodeSystem: 'code-systems',
  ValueSet: 'value-sets',
  ConceptMap: 'concept-maps',
};

const SNOMED = 'http://snomed.info/sct';
const BELOW = /^isa\/(\d+)$/;

/** The value sets that SNOMED CT and LOINC define by their URLs. https://hl7.org/fhir/R4/snomedct.html#implicit */
function implicitValueSet(url: string): ValueSet | undefined {
  const made = (include: ValueSetComposeInclude): ValueSet => ({
    resourceType: 'ValueSet',
    url,
    status: 'active',
    compose: { include: [include] },
  });
  if (url === 'http://loinc.org/vs') return made({ system: 'http://loinc.org' });
  if (!url.startsWith(`${SNOMED}?fhir_vs`)) return undefined;
  const asked = url.slice(`${SNOMED}?fhir_vs`.length);
  if (!asked) return made({ system: SNOMED });
  const [, value] = BELOW.exec(asked.slice(1)) ?? [];
  if (!value) return undefined;
  return made({ system: SNOMED, filter: [{ property: 'concept', op: 'is-a', value }] });
}

/** Which of two versions is newer: by their numbers, then by their text. */
export const byVersion = (a: string = '', b: string = ''): number =>
  a.localeCompare(b, 'en', { numeric: true });

/** The resource to take of several versions: an active one before others, then the newest version. */
export const newest = <T extends TerminologyResource>(found: readonly T[]): T | undefined =>
  found.toSorted(
    (a, b) =>
      Number(b.status === 'active') - Number(a.status === 'active') || byVersion(b.version, a.version),
  )[0];

/** Characters in which a line has its header. */
const HEAD = 4_000;
const VERSION_OF = /"version":"([^"]*)"/;
const WITH_CONTENT = /"content":"(?:complete|fragment|example)"/;
const URL_OF = /"url":"([^"]*)"/;

/** A file of resources, a line each with its URL at the beginning; a line is read when it is asked for. */
class Lines<T extends TerminologyResource> {
  readonly #file: URL;
  #lines: Map<string, string | T> | undefined;

  constructor(file: URL) {
    this.#file = file;
  }

  #open(): Map<string, string | T> {
    this.#lines ??= new Map(
      readFileSync(this.#file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => [URL_OF.exec(line)![1]!, line]),
    );
    return this.#lines;
  }

  get(url: string): T | undefined {
    const lines = this.#open();
    const found = lines.get(url);
    if (typeof found !== 'string') return found;
    const resource = JSON.parse(found) as T;
    lines.set(url, resource);
    return resource;
  }

  /** URL and version of each whose line has a match, without a look at the rest of it. */
  named(pattern: RegExp): { url: string; version: string | undefined }[] {
    return [...this.#open()].flatMap(([url, line]) => {
      const head = typeof line === 'string' ? line.slice(0, HEAD) : JSON.stringify({ ...line, concept: [] });
      return pattern.test(head) ? [{ url, version: VERSION_OF.exec(head)?.[1] }] : [];
    });
  }

  all(): T[] {
    return [...this.#open().keys()].map((url) => this.get(url)!);
  }
}

/**
 * Reads what is published when the first question comes: 5 MB of text that most servers read little of.
 * @param others resources of ours and of packages, those that go first first
 */
export function readPublished(others: () => readonly TerminologyResource[]): Published {
  const files = Object.fromEntries(
    Object.entries(FILES).map(([type, name]) => [
      type,
      new Lines(new URL(`../fhir/r4/${name}.ndjson`, import.meta.url)),
    ]),
  ) as Record<TerminologyType, Lines<never>>;
  let byUrl: Map<string, TerminologyResource[]> | undefined;
  let list: readonly TerminologyResource[] | undefined;
  const rest = () => {
    list ??= others();
    return list;
  };
  const index = () => {
    byUrl ??= Map.groupBy(rest(), ({ resourceType, url }) => `${resourceType} ${url}`);
    return byUrl;
  };
  const r4: Published['r4'] = (type, url, version) => {
    const found = files[type].get(url) as ByType[typeof type] | undefined;
    return found && (version === undefined || found.version === version) ? found : undefined;
  };
  return {
    r4,
    other: (type, url, version) => {
      const found = index().get(`${type} ${url}`) ?? [];
      const other = found.find((one) => version === undefined || one.version === version);
      return (other ?? (type === 'ValueSet' ? implicitValueSet(url) : undefined)) as never;
    },
    codeSystems: () => [
      ...files.CodeSystem.named(WITH_CONTENT),
      ...rest().flatMap((one) =>
        one.resourceType === 'CodeSystem' && one.url && WITH_CONTENT.test(`"content":"${one.content}"`)
          ? [{ url: one.url, version: one.version }]
          : [],
      ),
    ],
    all: (type) => [
      ...(files[type].all() as never[]),
      ...(rest().filter(({ resourceType }) => resourceType === type) as never[]),
    ],
  };
}
