// Where value sets and code systems are found for one question: R4's own first, then what is loaded and stored, then ours and
// that of packages; of code systems that are not here the shape of their codes. https://hl7.org/fhir/R4/terminology-service.html#4.7.2
import type { CodeSystem, ValueSet } from '@medplum/fhirtypes';
import { type Access, reach } from '../fhir/access.ts';
import { notFound } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import type { Content } from './content.ts';
import { ShapeContent, shapeOf } from './external.ts';
import { MemoryContent } from './memory.ts';
import { Fetched } from './pending.ts';
import type { Published, Resources, TerminologyType } from './published.ts';

/** What is asked of the resources stored here: by canonical URL and version, or by id. */
export type StoredQuery = { url: string; version?: string } | { id: string };

/** The newest such resource that the caller may read; active ones first. */
export type Stored = <T extends TerminologyType>(
  type: T,
  query: StoredQuery,
  access: Access,
) => Promise<Resources<T> | undefined>;

/** Code systems whose concepts are in tables. */
export interface Loaded {
  /** @param version undefined: whichever is loaded */
  find(url: string, version: string | undefined): Promise<Content | undefined>;
}

export interface SourceDependencies {
  readonly published: Published;
  /** Base URL of this server: a value set at an address here is meant by its id. */
  readonly base: string;
  readonly stored: Stored;
  readonly loaded: Loaded;
}

/** What one question finds. Functions throw Pending for what has to be fetched. */
export interface Sources {
  /** @throws FhirError 404 when it is not known */
  valueSet(canonical: string): ValueSet;
  /** The content of a code system, or the shape of its codes; undefined when nothing is known of it. */
  content(system: string, version?: string): Content | undefined;
}

const contents = new WeakMap<CodeSystem, Content>();

/** The content of a CodeSystem resource; made once. */
export function contentOf(codeSystem: CodeSystem): Content {
  const known = contents.get(codeSystem) ?? new MemoryContent(codeSystem);
  contents.set(codeSystem, known);
  return known;
}

/** Whether a resource says what the codes are: supplements only add words to those of others. */
export const hasContent = (found: CodeSystem): boolean =>
  found.content !== 'not-present' && found.content !== 'supplement';

export function canonicalParts(canonical: string): { url: string; version?: string } {
  const bar = canonical.indexOf('|');
  if (bar < 0) return { url: canonical };
  const version = canonical.slice(bar + 1);
  return { url: canonical.slice(0, bar), ...(version && { version }) };
}

/** `url|version`, or `ValueSet/id` relative or below the base. */
export function queryOf(valueSet: string, base: string): StoredQuery {
  const relative = valueSet.startsWith(`${base}/`) ? valueSet.slice(base.length + 1) : valueSet;
  const [type, id, ...more] = relative.split('/');
  if (type === 'ValueSet' && id && ID.test(id) && !more.length) return { id };
  return canonicalParts(valueSet);
}

const unknown = (valueSet: string): Error =>
  notFound(
    `The value set ${valueSet} is not known here. Give one of R4 or of this server by its canonical URL, or as ValueSet/id.`,
  );

/** The sources of one question by one caller. */
export function sourcesFor(deps: SourceDependencies, access: Access): Sources {
  const { published, base, stored, loaded } = deps;
  const valueSets = new Fetched<ValueSet | undefined>();
  const systems = new Fetched<Content | undefined>();
  const mayRead = reach(access, 'CodeSystem', 's') !== 'none';

  async function fetched(url: string, version: string | undefined): Promise<Content | undefined> {
    const rows = mayRead ? await loaded.find(url, version) : undefined;
    if (rows) return rows;
    const found = await stored('CodeSystem', { url, ...(version && { version }) }, access);
    return found && hasContent(found) ? contentOf(found) : undefined;
  }

  function known(url: string, version: string | undefined): Content | undefined {
    const r4 = published.r4('CodeSystem', url, version);
    if (r4 && hasContent(r4)) return contentOf(r4);
    const own = systems.get(`${url}|${version ?? ''}`, () => fetched(url, version));
    if (own) return own;
    const other = published.other('CodeSystem', url, version);
    if (other && hasContent(other)) return contentOf(other);
    const shape = shapeOf(url);
    return shape && new ShapeContent(url, shape);
  }

  return {
    valueSet(canonical) {
      const query = queryOf(canonical, base);
      const r4 = 'url' in query ? published.r4('ValueSet', query.url, query.version) : undefined;
      const found = r4 ?? valueSets.get(canonical, () => stored('ValueSet', query, access));
      const last =
        found ?? ('url' in query ? published.other('ValueSet', query.url, query.version) : undefined);
      if (!last) throw unknown(canonical);
      return last;
    },
    content(system, version) {
      // A few of R4's code systems have a bar in their URL.
      const whole = published.r4('CodeSystem', system, version);
      if (whole && hasContent(whole)) return contentOf(whole);
      const { url, version: inside } = canonicalParts(system);
      return known(url, version ?? inside);
    },
  };
}
