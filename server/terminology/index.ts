// Terminology: the codes of value sets and what stands above and below a code, from what is published and what is stored.
// https://hl7.org/fhir/R4/terminology-service.html
import type { CodeSystem, ValueSet } from '@medplum/fhirtypes';
import type { Access } from '../fhir/access.ts';
import { badRequest } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import { type Concepts, conceptsOf } from './concepts.ts';
import { Expansion, type SystemCode } from './expand.ts';
import { type Compose, composeOf, type Published } from './published.ts';

export { readPublished } from './published.ts';

/** What is asked of the resources stored here: by canonical URL and version, or by id. */
export type StoredQuery = { url: string; version?: string } | { id: string };

export interface TerminologyDependencies {
  readonly published: Published;
  /** Base URL of this server: a value set at an address here is meant by its id. */
  readonly base: string;
  /** The newest such resource that the caller may read. */
  readonly stored: (
    type: 'ValueSet' | 'CodeSystem',
    query: StoredQuery,
    access: Access,
  ) => Promise<ValueSet | CodeSystem | undefined>;
}

/** What search and operations ask. Each function throws FhirError 400 for what is unknown, endless or too much. */
export interface Terminology {
  /** The codes of a value set. @param valueSet canonical URL, `url|version`, or `ValueSet/id` on this server */
  expand(valueSet: string, access: Access): Promise<SystemCode[]>;
  /** The code and all below it in the hierarchy of its code system. */
  descendants(system: string, code: string, access: Access): Promise<string[]>;
  /** The code and all above it. */
  ancestors(system: string, code: string, access: Access): Promise<string[]>;
}

/** `url|version`, or `ValueSet/id` relative or below the base. */
function queryOf(valueSet: string, base: string): StoredQuery {
  const relative = valueSet.startsWith(`${base}/`) ? valueSet.slice(base.length + 1) : valueSet;
  const [type, id, ...more] = relative.split('/');
  if (type === 'ValueSet' && id && ID.test(id) && !more.length) return { id };
  const [url, version] = valueSet.split('|');
  return { url: url!, ...(version && { version }) };
}

/** Makes the terminology of a server. Stored resources go before published ones of the same URL. */
export function createTerminology({ published, base, stored }: TerminologyDependencies): Terminology {
  const composeFor = async (valueSet: string, access: Access): Promise<Compose> => {
    const query = queryOf(valueSet, base);
    const found = await stored('ValueSet', query, access);
    if (found) return composeOf(found as ValueSet);
    const compose = 'url' in query ? published.valueSet(query.url, query.version) : undefined;
    if (!compose)
      throw badRequest(
        `The value set ${valueSet} is not known here. Give one of R4 or of this server by its canonical URL, or as ValueSet/id.`,
      );
    return compose;
  };
  const conceptsFor = async (url: string, user: string, access: Access): Promise<Concepts> => {
    const found = (await stored('CodeSystem', { url }, access)) as CodeSystem | undefined;
    const concepts =
      found && found.content !== 'not-present' ? conceptsOf(found.concept ?? []) : published.codeSystem(url);
    if (!concepts)
      throw badRequest(
        `${user} needs the code system ${url}, whose content is not on this server. List the codes, or store the CodeSystem.`,
      );
    return concepts;
  };
  return {
    expand: (valueSet, access) => {
      const systems = new Map<string, Promise<Concepts>>();
      const sources = {
        valueSet: (url: string) => composeFor(url, access),
        codeSystem: (url: string, user: string) => {
          const concepts = systems.get(url) ?? conceptsFor(url, `The value set ${user}`, access);
          systems.set(url, concepts);
          return concepts;
        },
      };
      return new Expansion(sources, valueSet).codes();
    },
    descendants: async (system, code, access) =>
      (await conceptsFor(system, `The code ${code}`, access)).descendants(code),
    ancestors: async (system, code, access) =>
      (await conceptsFor(system, `The code ${code}`, access)).ancestors(code),
  };
}
