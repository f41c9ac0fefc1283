// Terminology: value sets, code systems and concept maps, from what is published, stored and loaded, and the questions that
// search and operations put to them. https://hl7.org/fhir/R4/terminology-service.html
import type { CodeSystem, ConceptMap } from '@medplum/fhirtypes';
import { type Access, reach } from '../fhir/access.ts';
import { FhirError, notFound } from '../fhir/errors.ts';
import type { Chosen, TerminologyOperations, TranslateRequest } from '../fhir/terminology.ts';
import { Composition } from './composition.ts';
import type { Content } from './content.ts';
import { expand } from './expansion.ts';
import { absentContent, ShapeContent } from './external.ts';
import { lookup, subsumes } from './lookup.ts';
import { Fetched, settled } from './pending.ts';
import type { Resources, TerminologyType } from './published.ts';
import {
  canonicalParts,
  contentOf,
  hasContent,
  type SourceDependencies,
  type Sources,
  sourcesFor,
} from './sources.ts';
import { isBetween, translate } from './translate.ts';
import { codingsOf, validateInCodeSystem, validateInValueSet } from './validate.ts';
import { withVersions } from './versions.ts';

export { newest, readPublished } from './published.ts';
export type { Loaded, Stored, StoredQuery } from './sources.ts';

/** A code of a code system; '' is no system. */
export interface SystemCode {
  readonly system: string;
  readonly code: string;
}

export interface TerminologyDependencies extends SourceDependencies {
  /** Stored concept maps that the caller may read, by their search parameters. */
  readonly storedMaps: (criteria: [name: string, value: string][], access: Access) => Promise<ConceptMap[]>;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** What search and operations ask. */
export interface Terminology extends TerminologyOperations {
  /**
   * The codes of a value set.
   * @param valueSet canonical URL, `url|version`, or `ValueSet/id` on this server
   * @throws FhirError 400 for what is unknown, endless or too much
   */
  expand(valueSet: string, access: Access): Promise<readonly SystemCode[]>;
  /** The code and all below it in the hierarchy of its code system. @throws FhirError 400 */
  descendants(system: string, code: string, access: Access): Promise<readonly string[]>;
  /** The code and all above it. @throws FhirError 400 */
  ancestors(system: string, code: string, access: Access): Promise<readonly string[]>;
}

/** What a search asks for and cannot have is a bad request. */
async function inSearch<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof FhirError && error.status < 500 ? new FhirError(400, error.issues) : error;
  }
}

class Service implements Terminology {
  readonly #deps: TerminologyDependencies;

  constructor(deps: TerminologyDependencies) {
    this.#deps = deps;
  }

  // Search takes these out of the object.
  readonly expand: Terminology['expand'] = (valueSet, access) => {
    const sources = sourcesFor(this.#deps, access);
    const composition = new Composition(sources);
    return inSearch(settled(() => composition.members(sources.valueSet(valueSet))));
  };

  readonly descendants: Terminology['descendants'] = (system, code, access) =>
    this.#related(system, code, access, 'descendants');

  readonly ancestors: Terminology['ancestors'] = (system, code, access) =>
    this.#related(system, code, access, 'ancestors');

  #related(system: string, code: string, access: Access, direction: 'ancestors' | 'descendants') {
    const sources = sourcesFor(this.#deps, access);
    return inSearch(
      settled(() => {
        const content = sources.content(system);
        if (!content) throw absentContent(system, `The code ${code}`);
        return content[direction](code);
      }),
    );
  }

  /** The resource that a question names. @throws FhirError 404 */
  async #chosen<T extends TerminologyType>(
    type: T,
    chosen: Chosen<Resources<T>>,
    access: Access,
  ): Promise<Resources<T>> {
    if ('resource' in chosen) return chosen.resource;
    const { published, stored } = this.#deps;
    const found =
      'id' in chosen
        ? await stored(type, { id: chosen.id }, access)
        : (published.r4(type, chosen.url, chosen.version) ??
          (await stored(type, chosen, access)) ??
          published.other(type, chosen.url, chosen.version));
    if (found) return found;
    const named =
      'id' in chosen ? `${type}/${chosen.id}` : `${chosen.url}${chosen.version ? `|${chosen.version}` : ''}`;
    throw notFound(
      `There is no ${type} ${named} here. Give the canonical URL of one of R4 or of this server, or store it.`,
    );
  }

  /** The content that a question about a code system is put to. @throws FhirError 404 when nothing is known of it; Pending */
  #content(
    sources: Sources,
    chosen: Chosen<CodeSystem>,
    own: CodeSystem | undefined,
    version?: string,
  ): Content {
    if (own && hasContent(own)) return contentOf(own);
    const url = own?.url ?? ('url' in chosen ? chosen.url : '');
    const asked = version ?? ('url' in chosen ? chosen.version : undefined);
    const content = sources.content(url, asked);
    if (content) return content;
    throw notFound(
      `The code system ${url}${asked ? `|${asked}` : ''} is not known here. Give one of R4 or of this server, store it, or load it by CodeSystem/$import.`,
    );
  }

  /** Content given whole or by id; that by URL is found with the question. */
  async #own(chosen: Chosen<CodeSystem>, access: Access): Promise<CodeSystem | undefined> {
    return 'url' in chosen ? undefined : this.#chosen('CodeSystem', chosen, access);
  }

  async expandValueSet(
    { valueSet: chosen, ...options }: Parameters<Terminology['expandValueSet']>[0],
    access: Access,
  ) {
    const { now, newId } = this.#deps;
    const valueSet = await this.#chosen('ValueSet', chosen, access);
    const sources = withVersions(sourcesFor(this.#deps, access), options);
    const made = { identifier: `urn:uuid:${newId()}`, timestamp: now().toISOString() };
    return settled(() => expand(valueSet, options, sources, made));
  }

  async validateInValueSet(
    { valueSet: chosen, ...request }: Parameters<Terminology['validateInValueSet']>[0],
    access: Access,
  ) {
    const valueSet = await this.#chosen('ValueSet', chosen, access);
    const sources = sourcesFor(this.#deps, access);
    return settled(() => validateInValueSet(valueSet, request, sources));
  }

  async validateInCodeSystem(
    { codeSystem, ...request }: Parameters<Terminology['validateInCodeSystem']>[0],
    access: Access,
  ) {
    const chosen = codeSystem ?? { url: codingsOf(request)[0]?.system ?? '' };
    const own = await this.#own(chosen, access);
    const sources = sourcesFor(this.#deps, access);
    return settled(() =>
      validateInCodeSystem(request, (version) => this.#content(sources, chosen, own, version)),
    );
  }

  lookup(request: Parameters<Terminology['lookup']>[0], access: Access) {
    const sources = sourcesFor(this.#deps, access);
    const { system, version } = request;
    return settled(() => {
      const content = this.#content(sources, { url: system }, undefined, version);
      if (content instanceof ShapeContent)
        throw notFound(
          `The content of ${content.shape.name} is not on this server, so that nothing is known of ${request.code}. Load it by CodeSystem/$import.`,
        );
      return lookup(content, request);
    });
  }

  async subsumes({ codeSystem, ...codes }: Parameters<Terminology['subsumes']>[0], access: Access) {
    const own = await this.#own(codeSystem, access);
    const sources = sourcesFor(this.#deps, access);
    return settled(() => subsumes(this.#content(sources, codeSystem, own), codes));
  }

  async translate(request: TranslateRequest, access: Access) {
    const { conceptMap, source, target, reverse } = request;
    const others = new Fetched<ConceptMap | undefined>();
    const mapOf = (url: string) =>
      others.get(url, () =>
        this.#chosen('ConceptMap', canonicalParts(url), access).catch((error: unknown) => {
          if (error instanceof FhirError && error.status === 404) return undefined;
          throw error;
        }),
      );
    const maps = conceptMap
      ? [await this.#chosen('ConceptMap', conceptMap, access)]
      : await this.#mapsFor(request, access);
    const between = maps.filter((map) =>
      isBetween(map, { ...(source && { source }), ...(target && { target }), reverse: reverse ?? false }),
    );
    return settled(() => translate(between, request, mapOf));
  }

  /** All maps that may have the code. */
  async #mapsFor(request: TranslateRequest, access: Access): Promise<ConceptMap[]> {
    const { published, storedMaps } = this.#deps;
    const systems = [...new Set(codingsOf(request).flatMap(({ system }) => system ?? []))];
    const [from, to] = request.reverse ? (['target', 'source'] as const) : (['source', 'target'] as const);
    const mayRead = reach(access, 'ConceptMap', 's') !== 'none';
    const stored =
      mayRead && systems.length ? await storedMaps([[`${from}-system`, systems.join(',')]], access) : [];
    const own = published
      .all('ConceptMap')
      .filter(({ group = [] }) =>
        group.some(
          (one) =>
            systems.includes(one[from] ?? '') && (!request.targetSystem || one[to] === request.targetSystem),
        ),
      );
    return [...stored, ...own];
  }
}

/** Makes the terminology of a server. */
export const createTerminology = (deps: TerminologyDependencies): Terminology => new Service(deps);
