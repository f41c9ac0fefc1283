// A value set with its expansion: all codes or a page of them, flat or below each other, with the words that were asked for.
// https://hl7.org/fhir/R4/valueset.html#expansion
import type {
  ValueSet,
  ValueSetExpansion,
  ValueSetExpansionContains,
  ValueSetExpansionParameter,
} from '@medplum/fhirtypes';
import type { ExpandRequest } from '../fhir/terminology.ts';
import { Composition, MAX_CODES, MAX_PAGED, type Member, nameOf, tooManyCodes } from './composition.ts';
import { type Content, hasWords, isAbstract, isInactive, wordsOf } from './content.ts';
import { chosenDesignations, designationsOf, displayOf } from './display.ts';
import { canonicalParts, type Sources } from './sources.ts';

type Options = Omit<ExpandRequest, 'valueSet'>;

/** What the answer names as a parameter, by its name in R4. */
const NAMED: readonly (readonly [
  string,
  keyof Options,
  'String' | 'Integer' | 'Boolean' | 'Uri' | 'Code',
])[] = [
  ['filter', 'filter', 'String'],
  ['offset', 'offset', 'Integer'],
  ['count', 'count', 'Integer'],
  ['includeDesignations', 'includeDesignations', 'Boolean'],
  ['designation', 'designation', 'String'],
  ['includeDefinition', 'includeDefinition', 'Boolean'],
  ['activeOnly', 'activeOnly', 'Boolean'],
  ['excludeNested', 'excludeNested', 'Boolean'],
  ['excludeNotForUI', 'excludeNotForUI', 'Boolean'],
  ['displayLanguage', 'displayLanguage', 'Code'],
  ['exclude-system', 'excludeSystem', 'Uri'],
  ['system-version', 'systemVersion', 'Uri'],
  ['check-system-version', 'checkSystemVersion', 'Uri'],
  ['force-system-version', 'forceSystemVersion', 'Uri'],
];

function parametersOf(options: Options, used: readonly string[]): ValueSetExpansionParameter[] {
  const given = NAMED.flatMap(([name, key, type]) =>
    [options[key] ?? []].flat().map((value) => ({ name, [`value${type}`]: value })),
  );
  return [...given, ...used.map((valueUri) => ({ name: 'version', valueUri }))];
}

const byFirstOf = <T>(a: readonly T[], b: ReadonlySet<T>) => a.find((one) => b.has(one));

/** One expansion being made. */
class Expanding {
  readonly #sources: Sources;
  readonly #options: Options;

  constructor(sources: Sources, options: Options) {
    this.#sources = sources;
    this.#options = options;
  }

  #content(member: Member): Content | undefined {
    return this.#sources.content(member.system, member.version);
  }

  /** Fetches the words of members, a code system at a time. */
  load(members: readonly Member[]): void {
    for (const [, some] of Map.groupBy(members, ({ system }) => system))
      this.#content(some[0]!)?.load(some.map(({ code }) => code));
  }

  /** The members that are asked for. */
  wanted(members: readonly Member[], name: string): readonly Member[] {
    const { activeOnly, excludeNotForUI, excludeSystem = [] } = this.#options;
    const words = wordsOf(this.#options.filter ?? '');
    const out = excludeSystem.map(canonicalParts);
    const kept = members.filter(
      ({ system, version }) =>
        !out.some((one) => one.url === system && (!one.version || one.version === version)),
    );
    const isLookedAt = activeOnly || excludeNotForUI || words.length > 0;
    if (!isLookedAt) return kept;
    if (kept.length > MAX_CODES) throw tooManyCodes(name, MAX_CODES);
    this.load(kept);
    return kept.filter((member) => {
      const concept = this.#content(member)?.concept(member.code) ?? { code: member.code };
      if (activeOnly && isInactive(concept)) return false;
      if (excludeNotForUI && isAbstract(concept)) return false;
      const designations = designationsOf(concept, member).map(({ value }) => value);
      return hasWords(words, [member.code, member.listed?.display, concept.display, ...designations]);
    });
  }

  entry(member: Member): ValueSetExpansionContains {
    const { displayLanguage, includeDesignations, designation, includeDefinition } = this.#options;
    const { system, code, version } = member;
    const content = this.#content(member);
    const concept = content?.concept(code);
    const display = content ? displayOf(concept, content, displayLanguage, member) : member.listed?.display;
    const designations =
      includeDesignations || designation?.length
        ? chosenDesignations(designationsOf(concept, member), designation)
        : [];
    return {
      ...(includeDefinition &&
        concept?.definition && {
          extension: [
            {
              url: 'http://hl7.org/fhir/StructureDefinition/valueset-concept-definition',
              valueString: concept.definition,
            },
          ],
        }),
      ...(system && { system }),
      ...(concept && isAbstract(concept) && { abstract: true }),
      ...(concept && isInactive(concept) && { inactive: true }),
      ...(version && { version }),
      code,
      ...(display !== undefined && { display }),
      ...(designations.length && { designation: designations }),
    };
  }

  /** Members below the member that stands above them in their code system; those that are listed stand alone. */
  nested(members: readonly Member[]): ValueSetExpansionContains[] {
    const entries = new Map(
      members.map((member) => [`${member.system}\n${member.code}`, this.entry(member)]),
    );
    const parents = new Map<string, string>();
    const isBelow = (key: string | undefined, root: string): boolean => {
      for (let at = key; at !== undefined; at = parents.get(at)) if (at === root) return true;
      return false;
    };
    const roots: ValueSetExpansionContains[] = [];
    const keys = new Set(entries.keys());
    for (const member of members) {
      const key = `${member.system}\n${member.code}`;
      const content = member.listed ? undefined : this.#content(member);
      const above = content?.isListed ? content.parents(member.code) : [];
      const parent = byFirstOf(
        above.map((code) => `${member.system}\n${code}`),
        keys,
      );
      if (parent === undefined || isBelow(parent, key)) {
        roots.push(entries.get(key)!);
        continue;
      }
      parents.set(key, parent);
      const entry = entries.get(parent)!;
      entry.contains = [...(entry.contains ?? []), entries.get(key)!];
    }
    return roots;
  }

  /** `system|version` of what was used. */
  used(members: readonly Member[]): string[] {
    const systems = Map.groupBy(members, ({ system, version }) => `${system}|${version ?? ''}`);
    const versions = [...systems.values()].flatMap(([member]) => {
      const version = this.#content(member!)?.header.version ?? member!.version;
      return version ? `${member!.system}|${version}` : [];
    });
    return [...new Set(versions)];
  }
}

/**
 * Expands a value set.
 * @param made identifier and instant of the expansion
 * @throws FhirError 404 and 422; Pending
 */
export function expand(
  valueSet: ValueSet,
  options: Options,
  sources: Sources,
  made: { identifier: string; timestamp: string },
): ValueSet {
  const { offset = 0, count, filter } = options;
  const name = nameOf(valueSet);
  const isPaged = count !== undefined || offset > 0;
  const most = isPaged || filter ? MAX_PAGED : MAX_CODES;
  const expanding = new Expanding(sources, options);
  const words = wordsOf(filter ?? '');
  const all = expanding.wanted(new Composition(sources, { most, words }).members(valueSet), name);
  const page = isPaged ? all.slice(offset, count === undefined ? undefined : offset + count) : all;
  if (page.length > MAX_CODES) throw tooManyCodes(name, MAX_CODES);
  expanding.load(page);
  const isNested = !isPaged && !filter && options.excludeNested !== true;
  const contains = isNested ? expanding.nested(page) : page.map((member) => expanding.entry(member));
  const expansion: ValueSetExpansion = {
    identifier: made.identifier,
    timestamp: made.timestamp,
    total: all.length,
    ...(isPaged && { offset }),
    parameter: parametersOf(options, expanding.used(page)),
    ...(contains.length && { contains }),
  };
  if (!expansion.parameter!.length) delete expansion.parameter;
  const {
    text: _text,
    compose: _compose,
    expansion: _old,
    contained: _contained,
    meta: _meta,
    ...header
  } = valueSet;
  return { ...header, status: header.status ?? 'active', expansion };
}
